import CRig
import Glibc
import LinuxIO

/// A process that binds and closes on and on; it ends with its owner.
@safe final class BindLoop {
    private let pid: Int32
    private let tally: UnsafeMutablePointer<rig_tally>
    private var isEnded = false

    init(_ binder: Binder, _ there: Endpoint) throws {
        guard let tally = unsafe rig_new_tally() else { throw Errno(errno) }
        unsafe self.tally = tally
        pid = unsafe there.with { there in
            unsafe binder.with { who in unsafe rig_bind_on_and_on(who, there, tally) }
        }
        if pid < 0 { throw Errno(-pid) }
    }

    var bound: Int { unsafe Int(tally.pointee.bound) }
    var refused: Int { unsafe Int(tally.pointee.in_use) }
    /// Whether a bind was refused for another reason.
    var isOff: Bool { unsafe tally.pointee.other > 0 }

    /// Waits until it has gone round that often from now on; false where it does not.
    func goes(_ rounds: Int) -> Bool {
        let (target, deadline) = (bound + refused + rounds, monotonicMilliseconds() + generousMs)
        while bound + refused < target {
            if isOff || monotonicMilliseconds() > deadline { return false }
            sched_yield()
        }
        return true
    }

    func end() {
        if isEnded { return }
        isEnded = true
        kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
    }

    deinit { end() }
}
