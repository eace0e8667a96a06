internal import CLinux

/// A connection as it was accepted, and who opened it.
@frozen public struct Connection: ~Copyable {
    /// The socket; it never blocks.
    public let socket: Descriptor
    /// Whose process connected.
    public let uid: UInt32
    /// Which process connected.
    public let pid: Int32
}

/// What came out of a stream.
public enum StreamRead: Equatable {
    case bytes([UInt8])
    /// Nothing is there now.
    case nothing
    /// The other side is gone.
    case end
}

/// A listening local stream socket bound to `path`, which must be free.
///
/// Its mode is 0777 less the umask, from its first moment; connections that are not yet accepted
/// wait, `backlog` at the most, and more wait in their connect(2).
public func listeningSocket(at path: Path, backlog: Int32) throws(Errno) -> Descriptor {
    // Who knocked may have gone before it is let in, and accept(2) would wait for another.
    let socket = try localSocket(SOCK_STREAM, flags: Int32(SOCK_NONBLOCK.rawValue))
    try unsafe withLocalName(path) { (name, size) throws(Errno) in
        try unsafe socket.bind(name, size: size)
    }
    try socket.listen(backlog: backlog)
    return socket
}

/// A local stream connected to `path`; sending and receiving wait at most `waitSeconds` each.
///
/// Throws `.noEntry` and `.connectionRefused` where nobody listens. The connect waits too, since
/// one that does not meets `.wouldBlock` where many knock.
public func connectedStreamSocket(to path: Path, waitSeconds: Int) throws(Errno) -> Descriptor {
    let socket = try localSocket(SOCK_STREAM)
    try socket.setTimeout(SO_SNDTIMEO, seconds: waitSeconds)
    try socket.setTimeout(SO_RCVTIMEO, seconds: waitSeconds)
    try socket.connect(to: path)
    return socket
}

extension Descriptor {
    /// Has a bound stream socket wait for connections, `backlog` of them at the most.
    public borrowing func listen(backlog: Int32) throws(Errno) {
        let number = number
        _ = try ask { CLinux.listen(number, backlog) }
    }

    /// The next connection of a listening socket, nil when there is none now.
    public borrowing func acceptConnection() throws(Errno) -> Connection? {
        let number = number
        var peer = clinux_sender()
        do throws(Errno) {
            let socket = Descriptor(owning: try ask { unsafe clinux_accept(number, &peer) })
            return Connection(socket: socket, uid: peer.uid, pid: peer.pid)
        } catch .wouldBlock {
            return nil
        }
    }

    /// Takes what is there, `most` bytes at the most; descriptors that come along are closed.
    public borrowing func receiveBytes(most: Int) throws(Errno) -> StreamRead {
        var bytes = [UInt8](repeating: 0, count: most)
        do throws(Errno) {
            // read() gives descriptors no room, so that the kernel closes them: unix(7).
            let count = try read(into: &bytes)
            return count == 0 ? .end : .bytes(Array(bytes.prefix(count)))
        } catch .wouldBlock {
            return .nothing
        }
    }

    /// Sends what there is room for now, and says how many bytes that was; 0 when there is none.
    public borrowing func sendAvailable(_ bytes: ArraySlice<UInt8>) throws(Errno) -> Int {
        do throws(Errno) {
            return try sendSome(bytes, flags: Int32(MSG_DONTWAIT))
        } catch .wouldBlock {
            return 0
        }
    }

    /// Sends all of it, waiting for room as the socket was made to.
    public borrowing func sendAll(_ bytes: [UInt8]) throws(Errno) {
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try sendSome(rest, flags: 0)) }
    }

    private borrowing func sendSome(
        _ bytes: ArraySlice<UInt8>, flags: Int32
    ) throws(Errno) -> Int {
        let number = number
        let flags = flags | Int32(MSG_NOSIGNAL)
        return try unsafe bytes.span.withUnsafeBytes { bytes throws(Errno) in
            try ask { unsafe CLinux.send(number, bytes.baseAddress, bytes.count, flags) }
        }
    }
}
