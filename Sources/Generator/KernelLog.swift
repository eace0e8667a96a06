internal import LinuxIO
internal import Reservations
internal import Text

/// Lines in all.
///
/// Linux: of who writes to /dev/kmsg ten lines in five seconds are taken, and the rest is lost
/// (printk.devkmsg=ratelimit).
private let linesMax = 10
/// Linux: a record of /dev/kmsg has less than 1,024 bytes.
private let lineBytesMax = 800

/// Says `diagnostics` where an administrator finds them: before the journal runs, in the kernel's
/// log; or on standard error, where that cannot be written.
func say(_ diagnostics: [Diagnostic], at path: Text) {
    if diagnostics.isEmpty { return }
    var lines = diagnostics.prefix(linesMax).map { $0.text }
    if diagnostics.count > linesMax {
        let rest = counted(diagnostics.count - linesMax + 1, "line", "lines")
        lines[linesMax - 1] = "\(rest) more of this kind"
    }
    // What is longer than a record would be refused whole.
    let told = lines.map { line -> Text in
        "portreserve-generator: \(Text(line.bytes.prefix(lineBytesMax)).utf8)"
    }
    guard let log = try? open(Path(path), .append) else {
        for line in told { complain(line) }
        return
    }
    for line in told {
        let record: Text = "<4>\(line)\n"
        if (try? log.write(record.bytes.span)) == nil { complain(line) }
    }
}
