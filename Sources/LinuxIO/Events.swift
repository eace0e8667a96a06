internal import CLinux

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
        var event = unsafe epoll_event()
        unsafe event.events = EPOLLIN.rawValue
        unsafe event.data.u64 = token
        let number = source.number
        _ = try ask { unsafe epoll_ctl(set.number, EPOLL_CTL_ADD, number, &event) }
    }

    /// Sleeps until something can be read, and says what.
    public mutating func wait() throws(Errno) -> [UInt64] {
        let room = unsafe Int32(ready.count)
        let number = set.number
        let count = try ask {
            unsafe ready.withUnsafeMutableBufferPointer { ready in
                unsafe epoll_wait(number, ready.baseAddress, room, -1)
            }
        }
        return unsafe ready.prefix(Int(count)).map { unsafe $0.data.u64 }
    }
}
