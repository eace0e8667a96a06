internal import CLinux

/// One datagram taken from a local socket.
public enum Datagram: Equatable {
    /// `uid`, `pid` and `cgroup` are the kernel's word for who sent it, nil where it gave none; his
    /// cgroup's number is told though he is gone.
    case message([UInt8], uid: UInt32?, pid: Int32?, cgroup: UInt64?)
    /// Larger than was asked for, and dropped.
    case tooLarge(uid: UInt32?)
    /// Nothing is there now.
    case nothing
}

/// A local datagram socket bound to `path`, which must be free; datagrams carry their sender.
///
/// Its mode is 0777 less the umask, from its first moment.
public func boundDatagramSocket(at path: Path) throws(Errno) -> Descriptor {
    let socket = try localSocket(SOCK_DGRAM)
    try socket.set(SOL_SOCKET, SO_PASSCRED, 1)
    // Before Linux 6.5 there is none, and the pid has to do.
    try? socket.set(SOL_SOCKET, passPidfd, 1)
    try unsafe withLocalName(path) { (name, size) throws(Errno) in
        try unsafe socket.bind(name, size: size)
    }
    return socket
}

/// A local datagram socket that sends to `path`, waiting at most `waitSeconds` for room there.
///
/// Throws `.noEntry` and `.connectionRefused` where nobody listens, `.accessDenied` to who may not.
public func connectedDatagramSocket(
    to path: Path, waitSeconds: Int = 0
) throws(Errno) -> Descriptor {
    let socket = try localSocket(SOCK_DGRAM)
    try socket.setTimeout(SO_SNDTIMEO, seconds: waitSeconds)
    try socket.connect(to: path)
    return socket
}

extension Descriptor {
    /// Sends one datagram, waiting for room as the socket was made to.
    public borrowing func send(_ bytes: Span<UInt8>) throws(Errno) {
        try send(bytes, flags: 0)
    }

    /// Sends one datagram where there is room now; throws `.wouldBlock` where there is none.
    public borrowing func sendAtOnce(_ bytes: Span<UInt8>) throws(Errno) {
        try send(bytes, flags: Int32(MSG_DONTWAIT))
    }

    private borrowing func send(_ bytes: Span<UInt8>, flags: Int32) throws(Errno) {
        let flags = flags | Int32(MSG_NOSIGNAL)
        _ = try unsafe bytes.withUnsafeBytes { bytes throws(Errno) in
            try ask { unsafe CLinux.send(number, bytes.baseAddress, bytes.count, flags) }
        }
    }

    /// Takes the next datagram, of at most `most` bytes, without waiting.
    public borrowing func receive(most: Int) throws(Errno) -> Datagram {
        var bytes = [UInt8](repeating: 0, count: most)
        var sender = clinux_sender()
        let count: Int
        do throws(Errno) {
            var span = bytes.mutableSpan
            count = try unsafe span.withUnsafeMutableBytes { room throws(Errno) in
                try ask { unsafe clinux_receive(number, room.baseAddress, room.count, &sender) }
            }
        } catch .wouldBlock {
            return .nothing
        }
        let uid = sender.known == 1 ? sender.uid : nil
        if sender.truncated == 1 { return .tooLarge(uid: uid) }
        let pid = sender.known == 1 && sender.pid > 0 ? sender.pid : nil
        let cgroup = sender.cgroup == 0 ? nil : sender.cgroup
        return .message(Array(bytes.prefix(count)), uid: uid, pid: pid, cgroup: cgroup)
    }
}

/// SO_PASSPIDFD of Linux 6.5.
private let passPidfd: Int32 = 76
