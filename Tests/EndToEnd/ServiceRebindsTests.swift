/// A service that closes its sockets and binds them again is never refused because of us.

import Glibc
import Testing

@Suite("life: a service that binds again")
struct ServiceRebindsTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: String
        let arguments: String
    }

    static let kinds = [
        Kind(testDescription: "tcp", line: "4000/tcp", arguments: ""),
        Kind(
            testDescription: "tcp with SO_REUSEADDR", line: "4000/tcp", arguments: "reuse=True"),
        Kind(
            testDescription: "tcp with SO_REUSEADDR, shared", line: "4000/tcp share",
            arguments: "reuse=True"),
        Kind(
            testDescription: "udp", line: "4000/udp", arguments: "kind=socket.SOCK_DGRAM"),
    ]

    @Test("1,000 times, though it closes first", arguments: kinds, waysToLive)
    func rebinds(kind: Kind, hasCgroup: Bool) throws {
        try Room.run { room in
            room.configure("svc", kind.line + "\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    if \(hasCgroup ? "True" : "False"): join(cgroup("svc.service"))
                    same("released", release("svc"), 0)
                    it = bind(4000, \(kind.arguments))
                    \(kind.line.hasSuffix("share") ? "" : "becomes(4000, 'serving')")
                    refused = 0
                    for turn in range(1000):
                        it.close()
                        if turn % 10 == 0: time.sleep(0.01)
                        it = try_bind(4000, \(kind.arguments))
                        if it is None:
                            refused += 1
                            it = sock()
                    same("refused", refused, 0)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a worker that comes back is its service, whatever its program is called")
    func worker() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())

            let client = try room.runPython(
                life + clock + """
                    same("released", release("svc"), 0)
                    def worker(told, heard):
                        it = try_bind(4000, reuse=True)
                        os.write(heard, b"y" if it else b"n")
                        os.read(told, 1)
                    for turn in range(3):
                        (told, tell), (hear, heard) = os.pipe(), os.pipe()
                        pid = child(lambda: (os.close(tell), worker(told, heard))[1])
                        same(f"bound {turn}", os.read(hear, 1), b"y")
                        until("it is named", lambda: record(4000).get("holder", {}).get("pid") == pid)
                        # The wait for the one before is over now.
                        ahead(20 * turn + 20)
                        same(f"serves {turn}", record(4000)["state"], "serving")
                        os.close(told); os.close(heard)
                        os.close(tell)
                        end(pid)
                        becomes(4000, "idle")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("what is idle and bound again is told as serving", arguments: waysToLive)
    func idle(hasCgroup: Bool) throws {
        try Room.run { room in
            room.configure("svc", "4000\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    if \(hasCgroup ? "True" : "False"): join(cgroup("svc.service"))
                    same("released", release("svc"), 0)
                    for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]:
                        transport = "tcp" if kind == socket.SOCK_STREAM else "udp"
                        def state():
                            return next(r["parameters"]["reservation"]["state"]
                                for r in Varlink().all("List")
                                if r["parameters"]["reservation"]["endpoint"]["protocol"] == transport)
                        it = bind(4000, kind)
                        until("serving", lambda: state() == "serving")
                        it.close()
                        until("idle", lambda: state() == "idle")
                        it = bind(4000, kind)
                        until("serving again", lambda: state() == "serving")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("after 5 s, when its supervisor brings it back", arguments: waysToLive)
    func supervised(hasCgroup: Bool) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    def supervisor():
                        release("svc")
                        first, bound, tell = serve([4000])
                        holds("bound", bound)
                        becomes(4000, "serving")
                        os.write(tell, b"x")
                        end(first)
                        becomes(4000, "idle")
                        time.sleep(5)
                        second, bound, tell = serve([4000])
                        return 0 if bound and not failures else 1
                    it = \(hasCgroup ? "in_cgroup(cgroup('svc.service'), supervisor)" : "child(supervisor)")
                    same("supervisor", end(it), 0)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}
