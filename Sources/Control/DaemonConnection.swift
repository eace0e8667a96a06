public import LinuxIO
public import Text
public import Varlink

/// Why the daemon gave no reply.
public enum NoReply: Error, Equatable {
    /// Nobody listens.
    case noDaemon
    /// It is there, and did not answer in time.
    case silent
    /// The connection broke, or what came is no reply.
    case broken
    /// The kernel refused the connection.
    case refused(Errno)
}

/// A connection to the daemon, on which one call at a time is made.
public struct DaemonConnection: ~Copyable {
    private let socket: Descriptor
    private var machine = ClientSide()

    /// Connects; every step waits at most `waitSeconds`, 0 waits for ever.
    public init(to path: Text, waitSeconds: Int) throws(NoReply) {
        do throws(Errno) {
            socket = try connectedStreamSocket(to: Path(path), waitSeconds: waitSeconds)
        } catch {
            throw NoReply(error)
        }
    }

    /// Sends a call.
    public mutating func send(_ call: Call) throws(NoReply) {
        do throws(Errno) {
            try socket.sendAll(machine.bytes(of: call))
        } catch {
            throw NoReply(error)
        }
    }

    /// Waits for the next reply.
    public mutating func receive() throws(NoReply) -> Reply {
        while true {
            guard let reply = try next() else {
                try readMore()
                continue
            }
            return reply
        }
    }

    private mutating func next() throws(NoReply) -> Reply? {
        do throws(BrokenMessage) {
            return try machine.nextReply()
        } catch {
            throw .broken
        }
    }

    private mutating func readMore() throws(NoReply) {
        do throws(Errno) {
            switch try socket.receiveBytes(most: 65_536) {
            case .bytes(let bytes): machine.take(bytes[...])
            case .nothing: throw Errno.wouldBlock
            case .end: throw Errno.connectionReset
            }
        } catch {
            throw NoReply(error)
        }
    }
}

extension NoReply {
    fileprivate init(_ error: Errno) {
        switch error {
        case .noEntry, .connectionRefused: self = .noDaemon
        // Linux: SO_SNDTIMEO and SO_RCVTIMEO end a wait with EAGAIN; socket(7).
        case .wouldBlock: self = .silent
        case .connectionReset, .brokenPipe, .notConnected: self = .broken
        case _: self = .refused(error)
        }
    }
}
