/// What is released waits ten minutes for its service. The daemon's clock is set forward.

import Testing

@Suite("life: a service that starts late")
struct LateStartTests {
    @Test(
        "by hand, ten minutes less a second after its release, it is not refused",
        arguments: ["SOCK_STREAM", "SOCK_DGRAM"])
    func inTime(kind: String) throws {
        try Room.run { room in
            room.configure("svc", "4000\n")
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())

            let client = try room.runPython(
                life + clock + """
                    same("released", release("svc"), 0)
                    ahead(599)
                    same("neither held nor lost", record(4000)["state"], "released")
                    holds("not refused", try_bind(4000, socket.\(kind)))
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}
