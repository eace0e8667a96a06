internal import LinuxIO
internal import Text

/// Who has started this process and wants to know how it does: sd_notify(3).
struct ServiceManager: ~Copyable {
    private let socket: Descriptor
    /// What it was told last of how things stand.
    private var status: Text = ""

    /// nil: nobody wants to know, or in a way that is not ours.
    init?() {
        guard let path = ThisProcess.environment("NOTIFY_SOCKET"),
            let socket = try? connectedDatagramSocket(to: Path(path), waitSeconds: waitSecondsMax)
        else { return nil }
        self.socket = socket
    }

    /// Tells it something, with copies of descriptors; waits up to 2 s for room.
    borrowing func send(_ lines: Text, with descriptors: [Int32] = []) throws(Errno) {
        try socket.send(lines.bytes, with: descriptors)
    }

    /// Tells it something, where nothing can be done about its not listening.
    borrowing func tell(_ lines: Text) { try? send(lines) }

    /// Tells how things stand, where that is news; false: there is no room for it now.
    @discardableResult
    mutating func tell(status: Text) -> Bool {
        if status == self.status { return true }
        do throws(Errno) {
            try socket.sendAtOnce(("STATUS=\(status)" as Text).bytes.span)
        } catch {
            return false
        }
        self.status = status
        return true
    }
}

/// systemd's queue may be full for a moment; without READY=1 it would end this process.
private let waitSecondsMax = 2
