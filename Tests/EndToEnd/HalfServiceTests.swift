/// A service that binds one of its two endpoints, the other one late or never.

import Glibc
import Testing

@Suite("life: a service that binds one of its two endpoints")
struct HalfServiceTests {
    @Test("may bind the other one late, as long as it has time for that", arguments: waysToLive)
    func late(hasCgroup: Bool) throws {
        let said = try play(
            """
            path = \(hasCgroup ? "cgroup('svc.service')" : "None")
            go, told_to_go = os.pipe()
            def service():
                release("svc")
                its = [bind(4000)]
                os.read(go, 1)
                its.append(bind(4001, socket.SOCK_DGRAM))
                becomes(4001, "serving")
            svc = start(service, path)
            becomes(4000, "serving")
            ahead(\(hasCgroup ? 590 : 80))
            same("the other one", record(4001)["state"], "released")
            os.write(told_to_go, b"x")
            has_ended(svc)
            if path: remove(path)
            for port in [4000, 4001]:
                becomes(port, "held")
                is_told(port, "held", "serving", "held")
            """)
        #expect(said == ["4000/tcp: held again for 'svc'", "4001/udp: held again for 'svc'"])
    }

    @Test("in no unit: the other one is held again 90 s after the first one serves")
    func never() throws {
        let said = try play(
            """
            def service():
                release("svc")
                it = bind(4000)
                signal.pause()
            svc = start(service)
            becomes(4000, "serving")
            ahead(80)
            is_told(4001, "held", "released")
            ahead(91)
            becomes(4001, "held")
            is_told(4000, "held", "serving")
            """)
        #expect(said == ["4001/udp: not used by 'svc' for 90 s, held again"])
    }

    @Test(
        "in a unit: the other one is held again when that is removed, or empty for 10 s",
        .enabled(if: hasCgroups, "needs a writable cgroup2"), arguments: [true, false])
    func inUnit(isRemoved: Bool) throws {
        let said = try play(
            """
            path = cgroup("svc.service")
            def service():
                release("svc")
                it = bind(4000)
                becomes(4000, "serving")
                ahead(500)
                same("the other one", record(4001)["state"], "released")
            has_ended(start(service, path))
            if \(isRemoved ? "True" : "False"): remove(path)
            else:
                becomes(4000, "idle")
                ahead(505)
                becomes(4000, "held")
                same("the other one", record(4001)["state"], "released")
                ahead(511)
            for port in [4000, 4001]: becomes(port, "held")
            is_told(4000, "held", "serving", "held")
            is_told(4001, "held", "released", "held")
            """)
        #expect(
            said == [
                "4000/tcp: held again for 'svc'",
                isRemoved
                    ? "4001/udp: held again for 'svc'"
                    : "4001/udp: not used by 'svc' for 10 s, held again",
            ])
    }

    /// Runs a script that sets the daemon's clock forward, and gives what is said of being held
    /// again, sorted.
    private func play(_ script: String) throws -> [String] {
        let said = Kept<String>()
        try Room.run { room in
            room.configure("svc", "4000/tcp\n4001/udp\n")
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())

            let client = try room.runPython(
                life + units + clock + "watch()\n" + script, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
            for line in daemon.program.errorLines where line.contains("held again") {
                said.add(line)
            }
        }
        return said.all.sorted()
    }
}
