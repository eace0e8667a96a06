internal import CLinux

/// When a source is told of.
public enum EventInterest {
    case none
    case read
    case write
    case both
}

/// One source that has something to tell.
public struct ReadyEvent: Equatable {
    /// Which source it is.
    public let token: UInt64
    /// Whether the other side is gone for good, in both directions.
    public let isHungUp: Bool
}

/// The one place where the daemon sleeps: an epoll set, level-triggered.
///
/// Each source has a token of its own that is never given out again; the number of a descriptor
/// would not do, since the kernel gives it to the next file within one batch.
@safe public struct Events: ~Copyable {
    private let set: Descriptor
    private var ready: [epoll_event]

    /// Makes a set that hands over at most `most` events a turn.
    public init(most: Int) throws(Errno) {
        set = Descriptor(owning: try ask { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        unsafe ready = Array(repeating: epoll_event(), count: most)
    }

    /// Tells of `source` by `token` whenever it can be read.
    public borrowing func add(_ source: borrowing Descriptor, token: UInt64) throws(Errno) {
        try control(EPOLL_CTL_ADD, source, token, EPOLLIN.rawValue)
    }

    /// From now on tells of `source` as `interest` says.
    public borrowing func change(
        _ source: borrowing Descriptor, token: UInt64, _ interest: EventInterest
    ) throws(Errno) {
        let events: UInt32 =
            switch interest {
            case .none: 0
            case .read: EPOLLIN.rawValue
            case .write: EPOLLOUT.rawValue
            case .both: EPOLLIN.rawValue | EPOLLOUT.rawValue
            }
        try control(EPOLL_CTL_MOD, source, token, events)
    }

    private borrowing func control(
        _ operation: Int32, _ source: borrowing Descriptor, _ token: UInt64, _ events: UInt32
    ) throws(Errno) {
        var event = unsafe epoll_event()
        unsafe event.events = events
        unsafe event.data.u64 = token
        let number = source.number
        _ = try ask { unsafe epoll_ctl(set.number, operation, number, &event) }
    }

    /// Sleeps until something is to be told, and says of what.
    ///
    /// At most `milliseconds`, nil for ever; then the answer is empty.
    public mutating func wait(milliseconds: Int?) throws(Errno) -> [ReadyEvent] {
        let room = unsafe Int32(ready.count)
        let number = set.number
        let timeout = milliseconds.map { Int32(clamping: max($0, 0)) } ?? -1
        let count = try ask {
            unsafe ready.withUnsafeMutableBufferPointer { ready in
                unsafe epoll_wait(number, ready.baseAddress, room, timeout)
            }
        }
        return unsafe ready.prefix(Int(count)).map { event in
            let isHungUp = unsafe event.events & (EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0
            return unsafe ReadyEvent(token: event.data.u64, isHungUp: isHungUp)
        }
    }
}
