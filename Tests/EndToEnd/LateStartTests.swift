/// What is released waits ten minutes for its service, and no longer. The daemon's clock runs fast.

import Testing

@Suite("life: a service that starts late")
struct LateStartTests {
    static let kinds = ["tcp", "udp"]

    @Test(
        "by hand, ten minutes less a second after its release, it is not refused", arguments: kinds)
    func inTime(kind: String) throws {
        try Room.run { room in
            room.configure("svc", "4000/\(kind)\n")
            let daemon = try room.startDaemon("-f", "--stay", with: try room.fastClock())

            let client = try room.runPython(
                life + clock + """
                    kind = socket.\(kind == "tcp" ? "SOCK_STREAM" : "SOCK_DGRAM")
                    # A round counts whose bind was in time; on a busy machine some are late.
                    for attempt in range(10):
                        begun = time.monotonic()
                        same("released", release("svc"), 0)
                        released = time.monotonic()
                        sleep_until(begun + 599 / RATE)
                        same("neither held nor lost before", record(4000)["state"], "released")
                        it = try_bind(4000, kind)
                        if it or time.monotonic() < begun + 600 / RATE: break
                        becomes(4000, "held")
                    else: same("in time", False, True)
                    holds("not refused", it)
                    becomes(4000, "serving")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("after ten minutes it is held again, which is said, and not before", arguments: kinds)
    func tooLate(kind: String) throws {
        try Room.run { room in
            room.configure("svc", "4000/\(kind)\n")
            let daemon = try room.startDaemon("-f", "--stay", with: try room.fastClock())

            let client = try room.runPython(
                life + clock + """
                    begun = time.monotonic()
                    same("released", release("svc"), 0)
                    becomes(4000, "held", seconds=100)
                    holds("not before", time.monotonic() - begun >= 600 / RATE)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(
                daemon.hears("4000/\(kind): not used by 'svc' for 10 min, held again"),
                room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

private let clock = """
    RATE = \(fastClockRate)
    def sleep_until(moment): time.sleep(max(0, moment - time.monotonic()))

    """
