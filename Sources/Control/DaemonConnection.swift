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

/// A moment after which no answer is waited for any more.
public struct Deadline {
    /// In monotonic milliseconds; nil never comes.
    private let moment: Int?

    /// That many seconds from now; nil never comes.
    public init(seconds: Int?) {
        moment = seconds.map { monotonicMilliseconds() + $0 * 1_000 }
    }

    /// What is left, 0 when it is over; nil for ever.
    public var milliseconds: Int? { moment.map { max($0 - monotonicMilliseconds(), 0) } }

    /// What is left, in whole seconds and one at least: a socket takes 0 for ever, which is nil here.
    public var secondsRoundedUp: Int { milliseconds.map { max(($0 + 999) / 1_000, 1) } ?? 0 }

    /// Lets up to `pause` milliseconds pass, no more than are left.
    public func pause(milliseconds pause: Int) {
        ThisProcess.sleep(milliseconds: min(pause, milliseconds ?? pause))
    }
}

/// A connection to the daemon, on which one call at a time is made.
public struct DaemonConnection: ~Copyable {
    /// When a step that has not come to its end is given up.
    public var deadline: Deadline
    private let socket: Descriptor
    private var events: Events
    private var machine = ClientSide()

    /// Connects, waiting a second too long at most.
    public init(to path: Text, until deadline: Deadline) throws(NoReply) {
        if deadline.milliseconds == 0 { throw .silent }
        let socket = try connection(to: Path(path), waitSeconds: deadline.secondsRoundedUp)
        events = try watch(socket)
        self.socket = socket
        self.deadline = deadline
    }

    /// Sends a call; one of less than 4 KiB finds room at once.
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
            if try events.wait(milliseconds: deadline.milliseconds).isEmpty {
                throw Errno.wouldBlock
            }
            switch try socket.receiveBytes(most: 65_536) {
            case .bytes(let bytes): machine.take(bytes[...])
            case .nothing: return
            case .end: throw Errno.connectionReset
            }
        } catch {
            throw NoReply(error)
        }
    }
}

private func connection(
    to path: Path, waitSeconds: Int
) throws(NoReply) -> Descriptor {
    do throws(Errno) {
        return try connectedStreamSocket(to: path, waitSeconds: waitSeconds)
    } catch {
        throw NoReply(error)
    }
}

private func watch(_ socket: borrowing Descriptor) throws(NoReply) -> Events {
    do throws(Errno) {
        let events = try Events(most: 1)
        try events.add(socket, token: 0)
        return events
    } catch {
        throw NoReply(error)
    }
}

extension NoReply {
    fileprivate init(_ error: Errno) {
        switch error {
        case .noEntry, .connectionRefused: self = .noDaemon
        // Linux: SO_SNDTIMEO ends the wait of connect(2) and send(2) with EAGAIN; socket(7).
        case .wouldBlock: self = .silent
        case .connectionReset, .brokenPipe, .notConnected: self = .broken
        case _: self = .refused(error)
        }
    }
}
