internal import CLinux
public import Text

/// Writes `line` and a newline to descriptor 1 or 2 in as few calls as it takes; a closed pipe or
/// a full disk is nobody's to mend here, so what cannot be written is lost.
func writeLine(_ line: Text, to number: Int32) {
    var rest = line.bytes[...]
    rest.append(UInt8(ascii: "\n"))
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { bytes in
            try? ask { unsafe write(number, bytes.baseAddress, bytes.count) }
        }
        guard let count, count > 0 else { return }
        rest = rest.dropFirst(count)
    }
}

/// Says one line on standard error; what cannot be written is lost.
public func complain(_ line: Text) { writeLine(line, to: 2) }

/// Says one line on standard output; what cannot be written is lost.
public func answer(_ line: Text) { writeLine(line, to: 1) }
