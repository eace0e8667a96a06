internal import CLinux

/// Milliseconds that never jump, counted from some point in the past.
public func monotonicMilliseconds() -> Int {
    let now = time(CLOCK_MONOTONIC)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
}

/// Microseconds since 1970, as the clock on the wall has them.
public func wallMicroseconds() -> Int {
    let now = time(CLOCK_REALTIME)
    return now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

private func time(_ clock: Int32) -> timespec {
    var now = timespec()
    _ = unsafe clock_gettime(clock, &now)
    return now
}
