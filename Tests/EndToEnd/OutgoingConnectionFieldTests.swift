/// CASES.md, "Outgoing connections on listening ports": services whose port is in the range out of
/// which the kernel gives automatic ones.
///
/// Each report says how the port is lost without us, and the test shows that first.

import Glibc
import Testing

@Suite("field: outgoing connections")
struct OutgoingConnectionFieldTests {
    @Test(
        "C01: of a widened range each port is a connection's but the held one, whose server starts")
    func widenedRange() throws {
        try replay(
            ["prometheus": "9090/tcp\n"], automatic: 9088...9095,
            """
            answer(5000)
            clients = [connect(5000) for _ in range(8)]
            sources = [source(it) for it in clients if it]
            loses("9090", sources.count(9090), of=len(clients), least=8)
            if HELD: same("the others", sorted(sources), [9088, 9089, *range(9091, 9096)])
            release("prometheus")
            same("its server starts", bool(try_bind(9090)), HELD)
            """)
    }

    @Test(
        "C02: a client that was there first is named in the status, and its end gives the port back"
    )
    func clientFirst() throws {
        try Room.run { room in
            room.setAutomaticPorts(10254...10254)
            room.configure("ingress", "10254/tcp\n")
            let client = try room.startStaying(
                field + """
                    answer(2379)
                    it = connect(2379)
                    same("its port", source(it), 10254)
                    """)

            let daemon = try room.startDaemon("-f", "--stay")

            let why = "in use by a connection to 127.0.0.1:2379, no listener, of 'python3'"
            #expect(daemon.program.waitForError { $0.contains(why) } != nil, room.story)
            let status = try room.run("portreservectl", "status")
            #expect(status.status == 1, room.story)
            #expect(status.outputText.contains("python3 (pid \(client.innerPid))"), room.story)
            client.send(SIGTERM)
            #expect(try client.wait() == 0, room.story)
            #expect(daemon.hears("10254/tcp: held again for 'ingress'"), room.story)
            #expect(isHeld("10254/tcp"), room.story)
            try room.run("portrelease", "ingress")
            let server = try bind("10254/tcp")
            withExtendedLifetime(server) {}
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("C03: a daemon's connection over loopback is kept off a port of all addresses")
    func loopback() throws {
        try replay(
            ["gorouter": "4080/tcp\n"], automatic: 4079...4082,
            """
            answer(514)
            clients = [connect(514) for _ in range(4)]
            sources = [source(it) for it in clients if it]
            loses("4080", sources.count(4080), of=len(clients), least=4)
            release("gorouter")
            refused = 0
            for address in ["0.0.0.0", "127.0.0.1", "127.0.0.2"]:
                it = try_bind(4080, address=address)
                if it: it.close()
                else: refused += 1
            loses("its binds", refused, of=3)
            """)
    }

    @Test("C04: none of a controller's ports is ever a source port; ranges stay ranges in the list")
    func controller() throws {
        try replay(
            ["controller": Self.controllers, "zabbix": "10050-10051/tcp\n"],
            automatic: 1024...65000,
            """
            PORTS = [10050, 10051, 11211, 15672, 55672, 16509, 16514, 25672, 35357, 35358]
            def automatic(low, high):
                open("/proc/sys/net/ipv4/ip_local_port_range", "w").write(f"{low} {high}")
            answer(5000)
            sources = []
            for port in PORTS:
                automatic(port - 3, port + 4)
                clients = [connect(5000) for _ in range(8)]
                sources += [source(it) for it in clients if it]
                for it in clients:
                    if it: it.close()
            loses("the ports", len(set(sources) & set(PORTS)), of=len(sources), least=60)
            same("all of them", HELD or set(PORTS) <= set(sources), True)
            automatic(1024, 65000)
            wide = [source(connect(5000)) for _ in range(2000)]
            same("the wide range", HELD and bool(set(wide) & set(PORTS)), False)
            if HELD:
                rows = [reply["parameters"]["reservation"] for reply in Varlink().all("List")]
                rows = [(it["service"], it["endpoint"]["port"], it["endpoint"].get("last"),
                         os.path.basename(it["file"]), it["line"]) for it in rows]
                same("listed", rows, [
                    ("controller", 10050, 10051, "controller", 1),
                    ("controller", 11211, None, "controller", 2),
                    ("controller", 15672, None, "controller", 3),
                    ("controller", 55672, None, "controller", 4),
                    ("controller", 16509, None, "controller", 5),
                    ("controller", 16514, None, "controller", 6),
                    ("controller", 25672, None, "controller", 7),
                    ("controller", 35357, 35358, "controller", 8),
                    ("zabbix", 10050, 10051, "zabbix", 1)])
            """)
    }

    private static let controllers = """
        10050-10051/tcp
        11211/tcp
        15672/tcp
        55672/tcp
        16509/tcp
        16514/tcp
        25672/tcp
        35357-35358/tcp
        10050/tcp
        35357/tcp
        """ + "\n"

    @Test("C05: no connection hangs for having a source port whose packets go elsewhere")
    func nodePorts() throws {
        try replay(
            ["nodeports": "30000-32767 permanent\n"], automatic: 32760...32775,
            outside + """
                divert("30000-32767")
                # connect() prefers the even ports, of which four are among the diverted ones.
                clients = [connect(80, OUTSIDE) for _ in range(8)]
                sources = [source(it) for it in clients]
                silent = wait_for(clients)
                loses("connections that hang", len(silent), of=len(clients), least=8)
                loses("node ports", sum(it <= 32767 for it in sources), of=len(sources))
                if HELD:
                    release("*")
                    rows = [reply["parameters"]["reservation"] for reply in Varlink().all("List")]
                    same("listed", [(it["endpoint"]["protocol"], it["endpoint"]["port"],
                                     it["endpoint"]["last"], it["state"], it["permanent"])
                                    for it in rows],
                         [(kind, 30000, 32767, "held", True) for kind in ["tcp", "udp"]])
                """)
    }

    @Test("C07: two RPC programs draw four ports each, and never lockd's")
    func lockd() throws {
        try replay(
            ["lockd": "54045\n"], automatic: 54040...54047,
            """
            KINDS = [(kind, family) for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]
                     for family in [socket.AF_INET, socket.AF_INET6]]
            def program(said, told):
                its = [draw(*kind) for kind in KINDS]
                os.write(said, struct.pack("4H", *[source(it) or 0 for it in its]))
                os.read(told, 1)
            drawn = []
            for turn in range(40):
                (heard, said), (told, tell) = os.pipe(), os.pipe()
                pids = [child(lambda: program(said, told)) for _ in range(2)]
                drawn += [port for _ in pids for port in struct.unpack("4H", os.read(heard, 8))]
                os.write(tell, b"xx")
                for pid in pids: same("a program", end(pid), 0)
                for it in [heard, said, told, tell]: os.close(it)
            loses("54045", drawn.count(54045), of=len(drawn) - drawn.count(0), least=320)
            release("lockd")
            same("lockd", bool(bind(54045) and bind(54045, socket.SOCK_DGRAM)), True)
            """)
    }

    @Test(
        "C09: under a storm of connections a server restarts 40 times, and can each time"
    )
    func restarts() throws {
        try replay(
            ["jmx": "40002/tcp share\n"], automatic: 40000...40007,
            """
            answer(5000)
            storm = Thieves(*[keeping(lambda: connect(5000), [40002]) for _ in range(3)])
            refused = 0
            server = try_bind(40002, reuse=True)
            for turn in range(40):
                if server: server.close()
                else: refused += 1
                storm.try_more(5)
                server = try_bind(40002, reuse=True)
            stolen, tries = storm.end()
            loses("starts", refused, of=turn + 1, least=40)
            loses("40002", stolen, of=tries, least=600)
            """)
    }

    @Test(
        "C10: of a band that is more than the descriptors, what is missing is said to the port"
    )
    func band() throws {
        try Room.run { room in
            room.configure("panel", "2000-38000\n")
            room.configure("web", "1500/tcp\n")
            let capped = Setting(wrapper: [
                "prlimit", "--nofile=256:20000", "setpriv", "--bounding-set=-sys_resource",
            ])

            let daemon = try room.startDaemon("-f", with: capped)

            let missing = (UInt16(2000)...38000).reduce(0) { count, port in
                count + [false, true].count { refusal(Endpoint("0.0.0.0", port, udp: $0)) == nil }
            }
            #expect(missing > 72_002 - 20_000 && missing < 72_002, room.story)
            let why = "the limit on open files is too low"
            let said = "'panel': \(missing) of 72002 ports are not reserved: \(why), "
            #expect(daemon.program.errorLines.contains { $0.hasPrefix(said) }, room.story)
            #expect(
                daemon.ready == "portreserve: holding \(72_003 - missing) ports of 2 services",
                room.story)
            #expect(isHeld("1500/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C12: sixty tasks whose ports were given out bind them all, a storm of connections or not")
    func tasks() throws {
        let ports = 43400..<43460
        let tasks = ports.map { ("task-\($0)", "\($0)/tcp share\n") }
        try replay(
            Dictionary(uniqueKeysWithValues: tasks), automatic: 43380...43479,
            """
            answer(5000)
            ports = range(43400, 43460)
            storm = Thieves(*[keeping(lambda: connect(5000), ports, most=10) for _ in range(3)])
            storm.try_more(50)
            (told, tell) = os.pipe()
            def task(port):
                os.read(told, 1)
                return 0 if try_bind(port, reuse=True) else 1
            tasks = [child(lambda: task(port)) for port in ports]
            os.write(tell, b"x" * len(tasks))
            loses("tasks", sum(map(end, tasks)), of=len(tasks), least=60)
            stolen, tries = storm.end()
            loses("their ports", stolen, of=tries, least=150)
            """)
    }

    @Test("C14: a name in /etc/services keeps no port, that name in a file does")
    func named() throws {
        try replay(
            ["zeronet": "zeronet/tcp\n"], automatic: 43108...43115,
            services: Services.redHat + "zeronet 43110/tcp\n",
            """
            same("named", socket.getservbyname("zeronet", "tcp"), 43110)
            answer(5000)
            clients = [connect(5000) for _ in range(8)]
            loses("43110", [source(it) for it in clients].count(43110), of=len(clients), least=8)
            """)
    }
}
