/// Whole bands of ports that are nobody's, kept by a rule and without descriptors.

import Foundation
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

    @Test(
        "C05: what a proxy rewrites for the band, it rewrites of no outgoing connection",
        .enabled(if: Proxy.isThere, "needs nft, and NAT"), arguments: [true, false])
    func rewritten(isGuarded: Bool) throws {
        try Room.run { room in
            room.setAutomaticPorts(29_900...32_800)
            room.configure("nodeports", "30000-32767 permanent\n")
            let daemon = isGuarded ? try room.startGuardedDaemon() : nil

            let client = try room.runPython(
                life + connections + Proxy.python
                    + """
                    same("a client of the band", ask(("127.0.0.1", 30007)), b"the backend")
                    """
                    + (isGuarded ? eachIsAnswered : manyAreNot), "-")

            #expect(client.status == 0, room.story)
            #expect(try daemon?.stop() ?? 0 == 0, room.story)
        }
    }

    @Test(
        "72,002 endpoints need none of 200 descriptors",
        .enabled(if: isInFirstCgroupNamespace, "in a cgroup namespace each needs one"))
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

/// 120 connections of each protocol to a server that has not answered yet, and only then a proxy
/// that hands the band to a backend, as when a proxy is restarted: to it what comes is new.
private let connections = """
    HERE, BACKEND = ("127.0.0.1", 5000), ("127.0.0.3", 8000)
    server, waiting = bind(HERE[1], address=HERE[0]), []
    datagrams = bind(HERE[1], socket.SOCK_DGRAM, address=HERE[0])
    for turn in range(120):
        stream, datagram = sock(), sock(socket.SOCK_DGRAM)
        for it in [stream, datagram]:
            it.settimeout(15)
            it.connect(HERE)
        waiting += [(stream, server.accept()[0].send)]
        waiting += [(datagram, lambda bytes, to=datagram.getsockname(): datagrams.sendto(bytes, to))]
    backend = bind(BACKEND[1], address=BACKEND[0])
    strays = bind(BACKEND[1], socket.SOCK_DGRAM, address=BACKEND[0])
    strays.settimeout(15)
    def ask(whom):
        with socket.create_connection(whom, 15) as it:
            with backend.accept()[0] as served: served.send(b"the backend")
            return it.recv(100)

    """

private let eachIsAnswered = """

    for it, answer in waiting:
        answer(b"answered")
        same(it.getsockname(), it.recv(100), b"answered")
    """

/// What is lost, the backend gets; of streams it only sees that they are not its own.
private let manyAreNot = """

    for it, answer in waiting: answer(b"answered")
    for turn in range(20): same("a stray", strays.recv(100), b"answered")
    """

/// A proxy as Kubernetes has one for its NodePorts: no socket, only rules for packets.
private enum Proxy {
    /// Whether nft is installed, and the kernel can rewrite addresses.
    static let isThere: Bool = {
        let chain = "add chain ip probe local { type nat hook output priority 0; }"
        let nft = Process()
        nft.executableURL = URL(filePath: "/usr/bin/unshare")
        nft.arguments = ["--net", "nft", "add table ip probe; \(chain)"]
        nft.standardError = FileHandle.nullDevice
        guard (try? nft.run()) != nil else { return false }
        nft.waitUntilExit()
        return nft.terminationStatus == 0
    }()
    static let python = """
        def chain(hook):
            return f'''chain {hook} {{ type nat hook {hook} priority -100;
                tcp dport 30000-32767 dnat to 127.0.0.3:8000;
                udp dport 30000-32767 dnat to 127.0.0.3:8000; }}\n'''
        rules = "table ip proxy {" + chain("prerouting") + chain("output") + "}"
        subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

        """
}

/// PROC_CGROUP_INIT_INO of the kernel.
private let isInFirstCgroupNamespace: Bool = {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/cgroup")
    return link == "cgroup:[4026531835]"
}()
