import Testing
import Text

@testable import Daemon
@testable import LinuxIO

@Suite("why the daemon does not start") struct FailureTests {
    @Test("is said with the one who runs already")
    func running() {
        #expect(Failure.alreadyRunning(pid: 301).text == "already running (pid 301)")
        #expect(Failure.alreadyRunning(pid: nil).text == "already running")
    }

    @Test("is said with the place and the kernel's reason, and to a user who may")
    func refused() {
        let advice: Text = ThisProcess.isRoot ? "" : "; start it as root"
        let denied: Text = "/run/portreserve: Permission denied, not started\(advice)"
        #expect(Failure.refused("/run/portreserve", .accessDenied).text == denied)
        #expect(Failure.refused("x", .noEntry).text == "x: No such file or directory, not started")
        let permitted: Text = "x: Operation not permitted, not started\(advice)"
        #expect(Failure.refused("x", .notPermitted).text == permitted)
    }

    @Test("is the kernel's refusal of what is needed")
    func needed() throws {
        #expect(try Daemon.needed("x") { () throws(Errno) in 7 } == 7)
        do throws(Failure) {
            try Daemon.needed("x") { () throws(Errno) in throw Errno.noEntry }
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.text == "x: No such file or directory, not started")
        }
    }
}
