/// A moment after which waiting is over. Everything in the rig that waits takes one.

import Glibc

struct Deadline {
    private let end: ContinuousClock.Instant

    /// Far more than any program here needs on a busy machine.
    static var generous: Self { Self(after: .seconds(180)) }

    init(after duration: Duration) { end = .now + duration }

    /// What poll(2) may wait, rounded up; 0 when the moment has passed.
    var remainingMs: Int32 {
        let left = ContinuousClock.now.duration(to: end).components
        let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1
        return Int32(clamping: max(0, milliseconds))
    }

    var hasPassed: Bool { ContinuousClock.now >= end }

    /// Waits until one of `descriptors` can be read or is at its end; false when time is up.
    func wait(for descriptors: [Int32]) -> Bool {
        var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while true {
            let answer = unsafe Glibc.poll(&polled, nfds_t(polled.count), remainingMs)
            if answer > 0 { return true }
            if answer == 0 || errno != EINTR { return false }
        }
    }

    /// Asks again and again until `isSo`, for what the kernel tells by no event; a turn costs 1 ms.
    func poll(until isSo: () throws -> Bool) rethrows -> Bool {
        while true {
            if try isSo() { return true }
            if hasPassed { return false }
            _ = Deadline(after: .milliseconds(1)).wait(for: [])
        }
    }
}
