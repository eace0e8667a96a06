internal import CLinux

extension Descriptor {
    /// A timer that can be read when its moment has come; not armed yet.
    ///
    /// It counts as `monotonicMilliseconds` does, and so stands still while the machine is
    /// suspended: what one waits for, services and the kernel's own timers, stands still too.
    public static func timer() throws(Errno) -> Descriptor {
        let flags = Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK)
        return Descriptor(owning: try ask { timerfd_create(CLOCK_MONOTONIC, flags) })
    }

    /// Sets the moment of this timer, in place of one before; a moment that is past comes at once.
    public borrowing func arm(atMilliseconds moment: Int) throws(Errno) {
        var time = itimerspec()
        let moment = max(moment, 0)
        // All zero would disarm it.
        time.it_value.tv_sec = moment / 1000
        time.it_value.tv_nsec = moment == 0 ? 1 : moment % 1000 * 1_000_000
        try setTimer(time)
    }

    /// Leaves this timer without a moment; one that has come already is forgotten.
    public borrowing func disarm() throws(Errno) { try setTimer(itimerspec()) }

    private borrowing func setTimer(_ time: itimerspec) throws(Errno) {
        let number = number
        var time = time
        _ = try ask { unsafe timerfd_settime(number, Int32(TFD_TIMER_ABSTIME), &time, nil) }
    }

    /// Whether the moment of this timer has come since it was asked last; then it is not armed.
    public borrowing func hasFired() throws(Errno) -> Bool {
        var count = [UInt8](repeating: 0, count: 8)
        do throws(Errno) {
            return try read(into: &count) > 0
        } catch .wouldBlock {
            return false
        }
    }
}
