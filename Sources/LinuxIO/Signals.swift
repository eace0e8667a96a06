internal import CLinux

/// A signal that the daemon takes as data.
public enum Signal {
    case hangUp
    case terminate
    case interrupt
    case quit

    var number: Int32 {
        switch self {
        case .hangUp: SIGHUP
        case .terminate: SIGTERM
        case .interrupt: SIGINT
        case .quit: SIGQUIT
        }
    }
}

/// The signals of this process as something to read; none of them ends it any more.
public struct Signals: ~Copyable {
    /// What to watch: it can be read when a signal has come.
    public let descriptor: Descriptor

    /// Blocks every signal that can be blocked, and reads those that `Signal` names.
    public init() throws(Errno) {
        var all = sigset_t()
        unsafe sigfillset(&all)
        // A fault of ours must end the process with its own signal, not hang it.
        for fault in [SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP] {
            unsafe sigdelset(&all, fault)
        }
        _ = try ask { unsafe sigprocmask(SIG_BLOCK, &all, nil) }
        var wanted = sigset_t()
        unsafe sigemptyset(&wanted)
        for signal in [Signal.hangUp, .terminate, .interrupt, .quit] {
            unsafe sigaddset(&wanted, signal.number)
        }
        let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
        descriptor = Descriptor(owning: try ask { unsafe signalfd(-1, &wanted, flags) })
    }

    /// The next signal that has come, nil when there is none.
    public borrowing func next() throws(Errno) -> Signal? {
        var information = signalfd_siginfo()
        do throws(Errno) {
            _ = try unsafe withUnsafeMutableBytes(of: &information) { room throws(Errno) in
                try ask {
                    unsafe CLinux.read(descriptor.number, room.baseAddress, room.count)
                }
            }
        } catch .wouldBlock {
            return nil
        }
        return switch Int32(information.ssi_signo) {
        case SIGHUP: .hangUp
        case SIGINT: .interrupt
        case SIGQUIT: .quit
        case _: .terminate
        }
    }
}
