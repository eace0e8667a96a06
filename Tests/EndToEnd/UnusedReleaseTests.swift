/// A release after which nobody binds: the port is its service's as long as that may yet come.

import Glibc
import Testing

@Suite("life: a release that nobody uses")
struct UnusedReleaseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Has the port released, and says in `before` and `after` when it is not held, and is.
        let script: String
        let said: String
    }

    static let cases = [
        Case(
            testDescription: "by somebody in no unit: ten minutes",
            script: """
                release("svc")
                before, after = [590], 601
                """, said: "not used by 'svc' for 10 min, held again"),
        Case(
            testDescription: "by a unit that lives: ten minutes",
            script: """
                heard, said = os.pipe()
                def service():
                    release("svc")
                    os.write(said, b"%d" % os.getpid())
                    signal.pause()
                start(service, cgroup("svc.service"))
                pid = int(os.read(heard, 16))
                atexit.register(lambda: os.kill(pid, signal.SIGKILL))
                before, after = [590], 601
                """, said: "not used by 'svc' for 10 min, held again"),
        Case(
            testDescription: "by a unit that is empty then: ten seconds",
            script: """
                has_ended(start(lambda: release("svc"), cgroup("svc.service")))
                before, after = [3, 8], 11
                """, said: "not used by 'svc' for 10 s, held again"),
        Case(
            testDescription: "by a unit that is removed then: not at all",
            script: """
                path = cgroup("svc.service")
                has_ended(start(lambda: release("svc"), path))
                remove(path)
                before, after = [], 0
                """, said: "held again for 'svc'"),
    ]

    static var possibleCases: [Case] {
        cases.filter { hasCgroups || !$0.script.contains("cgroup(") }
    }

    @Test("keeps the port free for its service", arguments: possibleCases)
    func unused(one: Case) throws {
        try play(one.script + "\n" + wait) { daemon, room in
            #expect(isHeld("4000/tcp"), room.story)
            #expect(daemon.hears("4000/tcp: \(one.said)"), room.story)
            let said = daemon.program.errorLines.filter { $0.contains("held again") }
            #expect(said.count == 1, room.story)
        }
    }

    @Test("is used by a service that is started by hand nearly ten minutes later")
    func late() throws {
        try play(
            """
            release("svc")
            ahead(598)
            it = try_bind(4000)
            holds("bound", it)
            becomes(4000, "serving")
            """
        ) { _, _ in }
    }

    private func play(
        _ script: String, then check: @escaping @Sendable (Daemon, Room) throws -> Void
    ) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())

            let client = try room.runPython(
                life + units + clock + script, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            try check(daemon, room)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Looks shortly before it may be held, and then until it is, however late news of a cgroup are.
private let wait = """
    for seconds in before:
        ahead(seconds)
        same("before", record(4000)["state"], "released")
    now = 0
    def is_held():
        global now
        now += after
        ahead(now)
        return record(4000)["state"] == "held"
    until("held", is_held)
    """
