/// CASES.md, "Privileged ports and RPC": programs that draw a port below 1024, and one that needs a
/// certain one.
///
/// The thieves of C25 and C27 are in the thieves' own files.
/// Debian packages: nfs-common, rpcbind.

import Glibc
import Testing

@Suite("field: ports below 1024")
struct DrawFieldTests {
    @Test(
        "C26: rpc.statd that listens on 993 is named with its unit, and its end gives 993 back",
        .enabled(if: hasCgroups, "needs a writable cgroup2"))
    func statd() throws {
        try Room.run { room in
            try room.startPortmapper()
            room.configure("imap", "imaps\n")
            let statd = try room.startStaying(
                field + """
                    path = cgroup("rpc-statd.service")
                    def run():
                        join(path)
                        os.execv("/usr/sbin/rpc.statd", ["rpc.statd", "-F", "-L", "-p", "993"])
                    attend(run)
                    def listens():
                        with sock() as it: return not it.connect_ex(("127.0.0.1", 993))
                    until("listens", listens)
                    """)

            let daemon = try room.startDaemon("-f", "--stay")

            let line = daemon.program.waitForError { $0.contains("in use by 'rpc.statd' (pid ") }
            #expect(
                line?.contains(", 'rpc-statd.service'), not reserved for 'imap'") == true,
                room.story)
            statd.send(SIGTERM)
            #expect(try statd.wait() == 0, room.story)
            #expect(daemon.hears("993/tcp: held again for 'imap'"), room.story)
            #expect(isHeld("993/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C28: a client connects from its own port, which is held again after its TIME_WAIT",
        arguments: [false, true])
    func sourcePort(polite: Bool) throws {
        try Room.run { room in
            // What an end leaves behind where the other side stays: a minute in real life.
            room.write("/proc/sys/net/ipv4/tcp_fin_timeout", "2")
            room.configure("wwclient", "987/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    server = bind(9873, address="127.0.0.1")
                    def client():
                        it = sock(reuse=\(polite ? "True" : "False"))
                        try: it.bind(("0.0.0.0", 987))
                        except OSError as error: return error.errno
                        it.connect(("127.0.0.1", 9873))
                        until("known", lambda: record(987).get("holder"))
                        return 0
                    same("too early", end(child(client)), errno.EADDRINUSE)
                    same("release", release("wwclient"), 0)
                    same("client", end(child(client)), 0)
                    same("what it left", try_bind(987), None)
                    becomes(987, "held")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(daemon.hears("987/tcp: held again for 'wwclient'"), room.story)
            #expect(daemon.program.errorLines.count { $0.contains("TIME_WAIT") } <= 1, room.story)
            #expect(isHeld("987/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("C28: and also after a TIME_WAIT that begins long after the client has gone")
    func lateTimeWait() throws {
        try Room.run { room in
            room.write("/proc/sys/net/ipv4/tcp_fin_timeout", "1")
            room.configure("wwclient", "987/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + field + outside + """
                    same("release", release("wwclient"), 0)
                    def client():
                        it = sock()
                        it.bind(("0.0.0.0", 987))
                        it.connect((OUTSIDE, 2049))
                        until("known", lambda: record(987).get("holder"))
                        divert("987")
                    same("client", end(child(client)), 0)
                    # Its end is not acknowledged: the kernel alone has the connection.
                    until("ownerless", lambda: "holder" not in record(987))
                    deliver()
                    becomes(987, "held")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(isHeld("987/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C29: no held port is the kernel's, which walks down from any with SO_REUSEPORT"
    )
    func mount() throws {
        try replay(
            ["metadata": "982/tcp\n986-988/tcp\n"], automatic: 40000...40007,
            """
            HELD_ONES = [982, 986, 987, 988]
            answer(2049)
            def mount(first):
                for port in range(first, 664, -1):
                    it = sock()
                    it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                    try: it.bind(("0.0.0.0", port))
                    except OSError as error: same("its refusal", error.errno, errno.EADDRINUSE)
                    else: return source(connect(2049, it=it))
            sources = [mount(first) for first in range(1023, 664, -1)]
            loses("ports", sum(it in HELD_ONES for it in sources), of=len(sources), least=359)
            same("goes on to the next one", sources.count(985), 4 if HELD else 1)
            """)
    }

    @Test("C30: 464 and 749 are nobody's but kadmin's, by a bind or by a connection")
    func kadmin() throws {
        try replay(
            ["kadmin": "464\n749\n"], automatic: 40000...40007,
            """
            answer(5000)
            stolen = 0
            for turn in range(10):
                it = try_bind(464, socket.SOCK_DGRAM)
                client = sock()
                try: client.bind(("127.0.0.1", 749))
                except OSError as error:
                    same("its refusal", error.errno, errno.EADDRINUSE)
                    client.close()
                else: stolen += bool(connect(5000, it=client))
                client.close()
                if it: it.close()
                stolen += bool(it)
            loses("ports", stolen, of=2 * (turn + 1), least=20)
            """)
    }

    @Test("C30: one command names who has 464 and 749, a datagram socket and a client's connection")
    func whoHasThem() throws {
        try Room.run { room in
            room.configure("kadmin", "464/udp\n749/tcp\n")
            let thief = try room.startStaying(
                field + """
                    answer(5000)
                    udp = bind(464, socket.SOCK_DGRAM)
                    tcp = sock()
                    tcp.bind(("127.0.0.1", 749))
                    tcp.connect(("127.0.0.1", 5000))
                    """)
            let daemon = try room.startDaemon("-f", "--stay")
            for endpoint in ["464/udp", "749/tcp"] {
                let line = daemon.program.waitForError { $0.contains(": \(endpoint): in use by ") }
                #expect(line != nil, room.story)
            }

            let status = try room.run("portreservectl", "status", "kadmin")

            #expect(status.status == 1, room.story)
            let named = "python3 (pid \(thief.innerPid))"
            let rows = status.outputText.split(separator: "\n").filter { $0.hasSuffix(named) }
            #expect(rows.count == 2, room.story)
            thief.send(SIGTERM)
            try thief.wait()
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}
