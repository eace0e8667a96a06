import Glibc
import Testing

@testable import LinuxIO

/// Each in a process of its own, whose signals it may block.
@Suite("signals as data") struct SignalsTests {
    @Test("come in the kernel's order, end nobody, and then there is none")
    func read() async {
        await #expect(processExitsWith: .success) {
            let signals = try Signals()
            #expect(try signals.next() == nil)
            for number in [SIGQUIT, SIGHUP, SIGTERM, SIGINT] {
                #expect(pthread_kill(pthread_self(), number) == 0)
            }

            #expect(isReadable(signals.descriptor.number))
            #expect(try signals.next() == .hangUp)
            #expect(try signals.next() == .interrupt)
            #expect(try signals.next() == .quit)
            #expect(try signals.next() == .terminate)
            #expect(try signals.next() == nil)
            #expect(!isReadable(signals.descriptor.number))
        }
    }

    @Test("that nobody reads do not end the process either")
    func blocked() async {
        await #expect(processExitsWith: .success) {
            let signals = try Signals()
            for number in [SIGPIPE, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGWINCH, SIGXFSZ] {
                #expect(pthread_kill(pthread_self(), number) == 0)
            }

            #expect(try signals.next() == nil)
            #expect(isCloseOnExec(signals.descriptor.number))
        }
    }

    @Test("do not hide a fault of ours", arguments: [SIGSEGV, SIGTRAP, SIGILL, SIGBUS, SIGFPE])
    func faults(number: Int32) async {
        await #expect(processExitsWith: .signal(number)) { [number] in
            let signals = try Signals()
            pthread_kill(pthread_self(), number)
            withExtendedLifetime(signals) {}
        }
    }
}
