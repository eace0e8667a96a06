/// CASES.md, cases C19 to C23, C34 and C45: what a hold is for the programs around it.

import Glibc
import Testing

@Suite("field: what a hold is")
struct HoldFieldTests {
    @Test(
        "C19: of 2,000 connects to a held port each is refused at once, and none meets itself"
    )
    func deadPort() throws {
        try replay(
            ["dead": "40002/tcp\n"], automatic: 40000...40007,
            """
            refused = itself = 0
            for turn in range(2000):
                with sock() as it:
                    it.settimeout(5)
                    answer = it.connect_ex(("127.0.0.1", 40002))
                    refused += answer == errno.ECONNREFUSED
                    itself += not answer and it.getpeername() == it.getsockname()
                    it.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            loses("connects that meet themselves", itself, of=turn + 1, least=2000)
            if HELD: same("refused", refused, 2000)
            """)
    }

    @Test("C19: a port that a connection has is given to the next one too, a held one to none")
    func connectionIsNoHold() throws {
        try replay(
            ["dead": "40002/tcp\n"], automatic: 40000...40007,
            """
            servers = range(5000, 5010)
            for port in servers: answer(port)
            clients = [connect(port) for port in servers for _ in range(8)]
            sources = [source(it) for it in clients]
            loses("40002", sources.count(40002), of=len(clients), least=80)
            same("each port is ten connections'", sources.count(40004), 10)
            """)
    }

    @Test("C20: a server of the host is refused a container's port, and whose it is can be seen")
    func container() throws {
        try Room.run { room in
            room.configure("container-web", "40002\n")
            #expect(refusal("40002/tcp") == nil, "the test proves nothing")

            let daemon = try room.startDaemon("-d")

            #expect(isHeld("40002/tcp") && isHeld("40002/udp"), room.story)
            #expect(throws: Errno.addressInUse, room.story) {
                try bind("40002/tcp", reuseAddress: true, reusePort: true)
            }
            #expect(daemon.hears("Reserved 40002/tcp for container-web"), room.story)
            let status = try room.run("portreservectl", "status", with: .nobody)
            for transport in ["tcp", "udp"] {
                let row = status.outputText.split(separator: "\n").first {
                    $0.contains("40002/\(transport)")
                }
                #expect(row?.hasPrefix("container-web") == true, room.story)
                #expect(row?.contains("held") == true, room.story)
            }
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C21, C05: a hold costs the daemon under 200 bytes, and thousands are held within seconds",
        arguments: [1...1, 20000...20999, 30000...32767, 20000...28999])
    func cost(ports: ClosedRange<UInt16>) throws {
        try Room.run { room in
            room.configure("range", "\(ports.lowerBound)-\(ports.upperBound)\n")
            let start = ContinuousClock.now

            let daemon = try room.startDaemon("-f")

            let time = ContinuousClock.now - start
            let count = 2 * ports.count
            let ownBytes = 1024 * room.status("RssAnon", of: daemon.innerPid)
            let words = "\(count) ports of 1 service"
            print("\(words): \(ownBytes / 1024) kB, ready after \(time)")
            #expect(daemon.ready == "portreserve: holding \(words)", room.story)
            #expect(daemon.program.errorLines == [daemon.ready], room.story)
            #expect(ownBytes < 250_000 + 200 * count, room.story)
            #expect(time < .seconds(10), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C23: a gone server's TIME_WAIT stops a plain probe, and neither us nor its successor"
    )
    func timeWait() throws {
        try Room.run { room in
            room.configure("health", "8090/tcp\n")
            let past = try room.runPython(
                life + """
                    with bind(8090, reuse=True) as server, sock() as client:
                        client.connect(("127.0.0.1", 8090))
                        server.accept()[0].close()
                        same("closed", client.recv(1), b"")
                    """, "-")
            #expect(past.status == 0, room.story)
            #expect(refusal("8090/tcp") == .addressInUse, "the test proves nothing")

            let daemon = try room.startDaemon("-f", "--stay")

            #expect(daemon.program.errorLines == [daemon.ready], room.story)
            #expect(daemon.ready == "portreserve: holding 1 port of 1 service", room.story)
            #expect(refusal("8090/tcp", reuseAddress: true) == .addressInUse, room.story)
            #expect(try room.run("portrelease", "health").status == 0, room.story)
            #expect(refusal("8090/tcp") == .addressInUse, "no TIME_WAIT any more\(room.story)")
            let server = try bind("8090/tcp", reuseAddress: true)
            try server.listen()
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("C34: no RPC program waits for answers that the management controller takes")
    func managementController() throws {
        let lines = ["623/udp", "623/tcp", "664/udp", "664/tcp"].map { "\($0) permanent\n" }
        try replay(
            ["bmc": lines.joined()], automatic: 40000...40007,
            outside + """
                divert("623", "664")
                release("*")
                def low(library, kind):
                    # A socket on the next port that bindresvport finds; 424 of them are all.
                    it = sock(kind)
                    refusal = library.bindresvport(it.fileno(), None)
                    return None if refusal else it
                glibc, tirpc = ctypes.CDLL("libc.so.6"), ctypes.CDLL("libtirpc.so.3")
                udp = [low(glibc, socket.SOCK_DGRAM) for _ in range(424)]
                tcp = [low(tirpc, socket.SOCK_STREAM) for _ in range(424)]
                for it in udp: it.sendto(b"mount", (OUTSIDE, 2049))
                for it in tcp: connect(2049, OUTSIDE, it)
                for its in [udp, tcp]:
                    silent = sorted(source(it) for it in wait_for(its))
                    loses("answers", len(silent), of=len(its), least=424)
                    same("silent", silent, [] if HELD else [623, 664])
                """)
    }

    @Test("C45: a service of another user binds what was released to it, and beside a shared hold")
    func anotherUser() throws {
        try Room.run { room in
            room.configure("svc", "40002/tcp share\n40003\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    TCP, UDP = socket.SOCK_STREAM, socket.SOCK_DGRAM
                    FOUR, SIX, BOTH = ("0.0.0.0", 1), ("::", 1), ("::", 0)
                    WAYS = [[FOUR], [SIX], [BOTH], [FOUR, SIX], [SIX, FOUR]]
                    def server(port, kind, address, is_v6only, option):
                        is_six = ":" in address
                        it = sock(kind, family=socket.AF_INET6 if is_six else socket.AF_INET)
                        if is_six: it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, is_v6only)
                        if option: it.setsockopt(socket.SOL_SOCKET, option, 1)
                        it.bind((address, port))
                        if kind == TCP: it.listen()
                        return it
                    def service(port, kind, option):
                        become(65534)
                        try:
                            for ways in WAYS:
                                its = [server(port, kind, *way, option) for way in ways]
                                for it in its: it.close()
                        except OSError as error: return error.errno
                    def refusal(*what): return end(child(lambda: service(*what)))
                    # What systemd's hand-over by SO_REUSEPORT comes to: the same user's alone.
                    pid1 = server(40004, TCP, *BOTH, socket.SO_REUSEPORT)
                    same("reuseport", refusal(40004, TCP, socket.SO_REUSEPORT), errno.EADDRINUSE)
                    same("shared", refusal(40002, TCP, socket.SO_REUSEADDR), 0)
                    same("held", refusal(40003, TCP, socket.SO_REUSEADDR), errno.EADDRINUSE)
                    for kind in [TCP, UDP]:
                        for option in [None, socket.SO_REUSEADDR]:
                            same("release", release("svc"), 0)
                            same(f"{kind} {option}", refusal(40003, kind, option), 0)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("C45: a container with a network of its own binds the number that is held outside of it")
    func ownNetwork() throws {
        try Room.run { room in
            room.configure("svc", "40003\n")
            let daemon = try room.startDaemon("-f", "--stay")
            let script = """
                port = bind(40003, reuse=True), bind(40003, socket.SOCK_DGRAM, reuse=True)
                """

            let outside = try room.runPython(life + script, "-")
            let inside = try room.runPython(
                life + script, "-", with: Setting(wrapper: ["unshare", "--net"]))

            #expect(outside.errorText.contains("Address already in use"), room.story)
            #expect(inside.status == 0, room.story)
            #expect(isHeld("40003/tcp") && isHeld("40003/udp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}
