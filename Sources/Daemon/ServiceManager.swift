internal import LinuxIO
internal import Text

/// Who has started this process and wants to know how it does: sd_notify(3).
struct ServiceManager: ~Copyable {
    private let socket: Descriptor

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

    /// Tells how things stand; false: there is no room for it now.
    borrowing func tell(status: Text) -> Bool {
        (try? socket.sendAtOnce(("STATUS=" + status).bytes.span)) != nil
    }
}

/// systemd's queue may be full for a moment; without READY=1 it would end this process.
private let waitSecondsMax = 2
