internal import LinuxIO
internal import Text

/// Standard output, which stays open until the process ends.
private let standardOutput = Descriptor(owning: 1)

/// Says lines on standard output, one at least; throws where they cannot be written.
func say(_ lines: Text) throws(Trouble) {
    // LinuxIO takes a write to what is open for reading alone for a mistake of ours.
    if isReadOnly(fileInformation("/proc/self/fdinfo/1")) { throw .noOutput(nil) }
    var rest = lines.bytes[...]
    rest.append(UInt8(ascii: "\n"))
    do throws(Errno) {
        while !rest.isEmpty {
            rest = rest.dropFirst(try standardOutput.write(Array(rest.prefix(pieceMax)).span))
        }
    } catch {
        throw .noOutput(error)
    }
}

/// What the kernel tells of a descriptor, proc_pid_fdinfo(5); nothing where it cannot be read.
private func fileInformation(_ path: Path) -> [UInt8] {
    (try? open(path, .read).readAll(most: 4_096)) ?? []
}

/// Whether it was opened for reading alone: the last octal digit of `flags` is its access mode.
func isReadOnly(_ information: [UInt8]) -> Bool {
    let line = information.split(separator: UInt8(ascii: "\n")).first {
        $0.starts(with: Array("flags:".utf8))
    }
    guard let digit = line?.last else { return false }
    return (digit & 3) == 0
}

/// As many bytes as one call writes at the most.
private let pieceMax = 65_536
