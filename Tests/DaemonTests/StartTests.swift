import Glibc
import Testing

@testable import Daemon
@testable import LinuxIO

/// Each in a process of its own, whose limits it may change.
@Suite("the budget of descriptors") struct StartTests {
    @Test("is left alone where it is enough")
    func enough() async {
        await #expect(processExitsWith: .success) {
            try OpenFileLimit.set(soft: 246, hard: 314)

            #expect(holdsAllowed(for: 100) == 100)
            #expect(holdsAllowed(for: 0) == 0)

            let limit = try OpenFileLimit.current()
            #expect(limit.soft == 246 && limit.hard == 314)
        }
    }

    @Test("is raised to what is needed, up to the hard limit", arguments: [101, 167, 168])
    func raised(count: Int) async {
        await #expect(processExitsWith: .success) { [count] in
            try OpenFileLimit.set(soft: 246, hard: 314)

            #expect(holdsAllowed(for: count) == count)

            let limit = try OpenFileLimit.current()
            #expect(limit.soft == count + 146 && limit.hard == 314)
        }
    }

    @Test(
        "is raised above the hard limit by who may",
        .enabled(if: mayRaiseLimits, "needs CAP_SYS_RESOURCE"))
    func root() async {
        await #expect(processExitsWith: .success) {
            try OpenFileLimit.set(soft: 246, hard: 314)

            #expect(holdsAllowed(for: 169) == 169)

            let limit = try OpenFileLimit.current()
            #expect(limit.soft == 315 && limit.hard == 315)
        }
    }

    @Test("is what there is where it cannot be raised", .enabled(if: isRoot, "needs root"))
    func short() async {
        await #expect(processExitsWith: .success) {
            try OpenFileLimit.set(soft: 246, hard: 314)
            #expect(setuid(65_534) == 0)

            #expect(holdsAllowed(for: 169) == 168)
            #expect(holdsAllowed(for: 131_070) == 168)

            let limit = try OpenFileLimit.current()
            #expect(limit.soft == 314 && limit.hard == 314)
        }
    }

    @Test("is never below nothing", .enabled(if: isRoot, "needs root"))
    func nothing() async {
        await #expect(processExitsWith: .success) {
            try OpenFileLimit.set(soft: 20, hard: 20)
            #expect(setuid(65_534) == 0)

            #expect(holdsAllowed(for: 5) <= 0, "a selection takes it for nothing")
        }
    }
}
