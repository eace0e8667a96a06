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
