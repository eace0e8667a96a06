internal import CLinux

/// A signal that the daemon takes as data.
public enum Signal {
    case hangUp
    case terminate
    case interrupt
    case quit
}

/// The signals of this process as something to read; none of them ends it any more.
public struct Signals: ~Copyable {
    /// What to watch: it can be read when a signal has come.
    public let descriptor: Descriptor

    /// Blocks every signal that can be blocked, and reads those that `Signal` names.
    public init() throws(Errno) {
        // A fault of ours must end the process with its own signal, not hang it.
        var all = sigset_t()
        all.__val.0 = ~bits(of: [SIGSEGV, SIGILL, SIGBUS, SIGFPE, SIGABRT, SIGTRAP])
        _ = try ask { unsafe sigprocmask(SIG_BLOCK, &all, nil) }
        var wanted = sigset_t()
        wanted.__val.0 = bits(of: [SIGHUP, SIGTERM, SIGINT, SIGQUIT])
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

/// The first word of a set, which on 64 bits is all that the kernel knows: signal(7), 1 to 64.
private func bits(of signals: [Int32]) -> UInt {
    signals.reduce(0) { $0 | 1 << UInt($1 - 1) }
}
