/// Many calls at once: each client has its turn, and who has gone is not acted for.

import Glibc
import Testing

@Suite("control: turns")
struct ControlTurnsTests {
    @Test("a thousand calls sent at once are all answered, in order, and root's does not wait")
    func pipelined() throws {
        try Room.run { room in
            room.configure("many", "20000-29999/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(pipelining)

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("calls sent before the end of the client's side are all answered, then it is closed")
    func halfClosed() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let client = try room.runPython(
                """
                it = Varlink()
                for _ in range(300): it.send(SERVICE + "GetInfo")
                it.socket.shutdown(socket.SHUT_WR)
                same("answers", sum("parameters" in it.receive() for _ in range(300)), 300)
                holds("closed", is_closed(it))
                """)

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "a release whose caller gave up meanwhile is not carried out, one that wants no answer is")
    func abandoned() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            daemon.program.send(SIGSTOP)
            let gone = try room.runPython(
                """
                it = Varlink()
                it.send("Release", {"service": "cups"})
                it.socket.close()
                it = Varlink()
                it.send("Release", {"service": "imap"}, oneway=True)
                it.socket.close()
                """)
            daemon.program.send(SIGCONT)

            let after = try room.runPython(
                """
                same("told", states(Varlink().all("List"))[1:],
                     ["cups 631 held", "cups 631 held", "imap 993 released"])
                """)

            #expect(gone.status == 0 && after.status == 0, room.story)
            #expect(isHeld("631/tcp") && isFree("993/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a hundred portreleases that find the daemon away for a moment all succeed")
    func burst() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            daemon.program.send(SIGSTOP)
            let asked = try (0..<100).map { _ in try room.start(["portrelease", "cups"]) }
            // All of them wait, or have still to connect.
            let crowd = try room.runPython(
                "holds('waiting', len(Varlink().socket.getpeername()) > 0)")
            daemon.program.send(SIGCONT)

            for one in asked { #expect(try one.wait() == 0, room.story) }

            #expect(crowd.status == 0, room.story)
            #expect(isFree("631/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Sixteen connections of a user ask for a thousand lists each; root's one call has its turn.
private let pipelining = """
    (reader, said), count = os.pipe(), 1000
    if os.fork() == 0:
        become(65534)
        crowd = [Varlink() for _ in range(16)]
        lists = json.dumps({"method": OURS + "List", "more": True}).encode() + b"\\0"
        for it in crowd: it.socket.sendall(lists * count)
        os.write(said, b"x")
        for it in crowd:
            ports = [it.receive()["parameters"]["reservation"]["endpoint"]["last"]
                     for _ in range(count)]
            if ports != [29999] * count: os._exit(1)
        os._exit(0)
    os.read(reader, 1)
    for _ in range(20):
        same("release", Varlink().call("Release", {"service": "none"})["error"],
             OURS + "NoSuchService")
    same("every list", os.wait()[1], 0)
    """
