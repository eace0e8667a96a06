/// A daemon that starts while services run takes their endpoints for served, and holds them later.

import Glibc
import Testing

@Suite("life: services that run already")
struct AdoptionTests {
    @Test(
        "are known by their unit: nothing is said to be lost, and held when they stop",
        .enabled(if: hasCgroups, "needs a writable cgroup2"))
    func byUnit() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n4000/udp\n")
            let service = try room.startStaying(
                """
                join(cgroup("svc.service"))
                its = [bind(4000), bind(4000, socket.SOCK_DGRAM)]
                """)

            let daemon = try room.startDaemon("-f", "--stay")

            #expect(
                daemon.program.waitForError { $0.contains("in use by its service 'svc'") } != nil,
                room.story)
            #expect(!daemon.program.errorLines.contains { $0.contains("not reserved") }, room.story)
            let told = try room.runPython(
                life + """
                    becomes(4000, "serving")
                    same("holder", record(4000)["holder"]["unit"], "svc.service")
                    """, "-")
            #expect(told.status == 0, room.story)
            service.send(SIGTERM)
            try service.wait()
            let after = try room.runPython(life + "becomes(4000, 'held')", "-")
            #expect(after.status == 0, room.story)
            #expect(isHeld("4000/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("without units are known by their name")
    func byName() throws {
        try Room.run { room in
            room.configure("python3", "4000/tcp\n")
            let service = try room.startStaying(
                """
                it = bind(4000)
                """)

            let daemon = try room.startDaemon("-f", "--stay")

            #expect(
                daemon.program.waitForError { $0.contains("in use by its service 'python3'") }
                    != nil, room.story)
            #expect(try daemon.stop() == 0, room.story)
            service.send(SIGTERM)
            try service.wait()
        }
    }
}
