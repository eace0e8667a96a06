/// Whole bands of ports that are nobody's, kept by a rule and without descriptors.

import Testing

@Suite("guard: a band of ports", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardedBandTests {
    @Test("C05: 30000-32767 is no outgoing connection's, and one line of status")
    func nodePorts() throws {
        try Room.run { room in
            room.setAutomaticPorts(29_900...32_800)
            room.configure("nodeports", "30000-32767 permanent\n")
            let daemon = try room.startGuardedDaemon()

            let client = try room.runPython(
                life + """
                    server = bind(5000, address="127.0.0.1")
                    sources = []
                    for turn in range(120):
                        it = sock()
                        it.setblocking(False)
                        it.connect_ex(("127.0.0.1", 5000))
                        sources.append(it)
                        it = sock(socket.SOCK_DGRAM)
                        it.connect(("127.0.0.1", 5000))
                        sources.append(it)
                    ports = [it.getsockname()[1] for it in sources]
                    same("in the band", [port for port in ports if 30000 <= port <= 32767], [])
                    holds("automatic ports", all(29900 <= port <= 32800 for port in ports))
                    for port in [30000, 31000, 32767]:
                        for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]:
                            same(port, try_bind(port, kind, reuse=True), None)
                    holds("beside it", try_bind(29899) and try_bind(32801))
                    """, "-")
            let status = try room.run("portreservectl", "status", "--no-legend")

            #expect(client.status == 0, room.story)
            let lines = status.outputText.split(separator: "\n")
            #expect(lines.count == 2, room.story)
            #expect(lines.first?.contains("30000-32767/tcp") == true, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("72,002 endpoints need none of 200 descriptors")
    func large() throws {
        try Room.run { room in
            room.configure("band", "2000-38000 permanent\n")
            var setting = Setting()
            setting.wrapper = ["prlimit", "--nofile=200:200"]

            let daemon = try room.startAnyDaemon(["-f", "--stay"], with: setting)

            #expect(daemon.hears("portreserve: holding 72002 ports of 1 service"), room.story)
            for endpoint in ["2000/tcp", "20000/udp", "38000/tcp"] as [Endpoint] {
                #expect(refusal(endpoint) == .addressInUse, room.story)
            }
            #expect(refusal("38001/tcp") == nil, room.story)
            #expect(try room.run("portrelease", "band").status == 0, room.story)
            #expect(refusal("20000/udp") == nil, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("who empties the reserved list is answered at once; who got a port meanwhile is told")
    func emptied() throws {
        try Room.run { room in
            room.setAutomaticPorts(30_000...30_099)
            room.configure("band", "30000-30099/udp permanent\n")
            let daemon = try room.startGuardedDaemon()

            let client = try room.runPython(
                life + """
                    DAEMON, LIST = int(sys.argv[2]), "/proc/sys/net/ipv4/ip_local_reserved_ports"
                    def listed(): return open(LIST).read().strip()
                    def state(port):
                        for reply in Varlink().all("List"):
                            it = reply["parameters"]["reservation"]
                            first = it["endpoint"]["port"]
                            if first <= port <= it["endpoint"].get("last", first): return it["state"]
                    def automatic():
                        it = sock(socket.SOCK_DGRAM)
                        try: it.connect(("127.0.0.1", 5000))
                        except OSError: return None
                        return it
                    same("reserved", listed(), "30000-30099")
                    holds("none is to be had", automatic() is None)
                    os.kill(DAEMON, signal.SIGSTOP)
                    open(LIST, "w").write("\\n")
                    thief = automatic()
                    port = thief.getsockname()[1]
                    os.kill(DAEMON, signal.SIGCONT)
                    until("reserved again", lambda: listed() == "30000-30099", 30)
                    until("busy", lambda: state(port) == "busy")
                    holds("none is to be had again", automatic() is None)
                    thief.close()
                    until("held", lambda: state(port) == "held")
                    """, "-", "\(daemon.innerPid)")

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}
