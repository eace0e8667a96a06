internal import CLinux
public import Text

/// Says one line on standard error; what cannot be written is lost.
public func complain(_ line: Text) { writeLine(line, to: 2) }

/// Says one line on standard output; what cannot be written is lost.
public func answer(_ line: Text) { writeLine(line, to: 1) }

/// Whether standard error takes a line now, or within `milliseconds`.
///
/// A full pipe does not, and a write to it would wait for its reader; what is closed or cannot be
/// written at all does, since nothing waits there.
public func standardErrorHasRoom(milliseconds: Int) -> Bool {
    var wanted = pollfd(fd: 2, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&wanted, 1, Int32(clamping: milliseconds)) != 0
}

/// Writes `line` and a newline in as few calls as it takes.
///
/// The descriptor is whatever the caller of this program left: closed, read-only, a pipe without a
/// reader. None of that is a mistake of ours, and what cannot be written is lost.
func writeLine(_ line: Text, to number: Int32) {
    var rest = (line.bytes + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
        if count < 0, clinux_errno() == EINTR { continue }
        if count <= 0 { return }
        rest = rest.dropFirst(count)
    }
}
