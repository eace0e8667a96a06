/// The guard under a real systemd: units of each kind live with it, a thief in another does not.

import Testing

@Suite(
    "guard: under a real systemd", .enabled(if: hasCgroups, "needs a writable cgroup2"),
    .serialized)
struct SystemdTests {
    @Test(
        "a unit starts, binds anew at each reload, restarts and stops, and a thief gets nothing",
        arguments: [
            ServiceUnit("that serves TCP", "4000"),
            ServiceUnit("that serves UDP", "4000 udp"),
            ServiceUnit("that forks", "4000 forks", "Type=forking\nPIDFile=/run/svc.pid"),
            ServiceUnit("with User=", "4000", "User=nobody"),
            ServiceUnit(
                "with User= and a port below 1024", "640",
                "User=nobody\nAmbientCapabilities=CAP_NET_BIND_SERVICE"),
            ServiceUnit(
                "with Delegate=, which serves in a cgroup below", "4000 moves", "Delegate=yes"),
            ServiceUnit(
                "that asks for a release at each reload too", "4000",
                "ExecReload=-+/usr/sbin/portrelease svc"),
            ServiceUnit("in a slice of a slice", "4000", "Slice=web-front.slice"),
        ])
    func service(unit: ServiceUnit) throws {
        try play(
            unit,
            """
            for turn in turns(4):
                run("systemctl", "restart" if turn else "start", "svc.service")
                becomes(PORT, "serving")
                for reload in turns(1, 4):
                    run("systemctl", "reload", "svc.service")
                    until(f"bound anew {reload}",
                          lambda: shown("svc.service", "StatusText") == str(reload))
            run("systemctl", "stop", "svc.service")
            becomes(PORT, "held")
            nothing_is_stolen()
            """)
    }

    @Test("a unit that is killed is started again by systemd, at once, and is not refused")
    func killed() throws {
        try play(
            ServiceUnit("", "4000", "Restart=always\nRestartSec=0"),
            """
            run("systemctl", "start", "svc.service")
            for turn in turns(1, 9):
                pid = shown("svc.service", "MainPID")
                run("systemctl", "kill", "--signal=KILL", "svc.service")
                until(f"started again {turn}", lambda: shown("svc.service", "MainPID") != pid
                      and shown("svc.service", "ActiveState") == "active")
                same("starts again", shown("svc.service", "NRestarts"), str(turn))
            becomes(PORT, "serving")
            nothing_is_stolen()
            """)
    }

    @Test("a socket unit listens, its service comes and goes, and a thief gets nothing")
    func socketUnit() throws {
        try play(
            .activated,
            """
            def answers(what):
                with socket.create_connection(("127.0.0.1", PORT), 60) as it:
                    same(what, it.recv(99), b"hello")
            for turn in turns(4):
                run("systemctl", "restart" if turn else "start", "svc.socket")
                becomes(PORT, "serving")
                answers("started by a connection")
                run("systemctl", "restart", "svc.service")
                answers("restarted")
                run("systemctl", "stop", "svc.service")
                answers("started by another connection")
                run("systemctl", "daemon-reexec")
                answers("after systemd has executed itself")
                run("systemctl", "stop", "svc.service")
            run("systemctl", "stop", "svc.socket")
            becomes(PORT, "held")
            nothing_is_stolen()
            """)
    }

    @Test("the thief is strong enough: without the guard it gets the port")
    func unguarded() throws {
        try play(ServiceUnit("", "4000"), options: "--no-guard", lost)
    }

    @Test("the thief is refused for its unit: where the file names that, it gets the port")
    func named() throws {
        try play(ServiceUnit("", "4000"), file: "unit thief.service\n", lost)
    }

    /// Boots a system with the unit, the daemon and the thief, and plays the script in it.
    private func play(
        _ unit: ServiceUnit, options: String = "", file: String = "", _ script: String
    ) throws {
        try Room.run { room in
            var files = unit.files
            files["/etc/portreserve/svc"] = "\(file)\(unit.port)/\(unit.transport)\n"
            files["/usr/local/lib/thief.py"] = thief
            files["/etc/systemd/system/thief.service"] = """
                [Service]
                ExecStart=/usr/bin/python3 /usr/local/lib/thief.py \(unit.port) \(unit.transport)
                """
            files["/etc/systemd/system/portreserve.service"] = """
                [Service]
                ExecStart=/usr/sbin/portreserve -f --stay \(options)
                """

            let end = try room.boot(files, thieved + script, unit.port)

            #expect(end.status == 0, room.story)
        }
    }
}

/// The units of a service that the daemon knows as `svc`.
struct ServiceUnit: CustomTestStringConvertible {
    let testDescription: String
    let port: String
    let transport: String
    private(set) var files: [String: String]

    /// A unit whose server gets `words`: the port, and how it is to live.
    init(_ claim: String, _ words: String, _ lines: String = "") {
        testDescription = claim
        port = String(words.prefix { $0 != " " })
        transport = words.contains("udp") ? "udp" : "tcp"
        files = ["/usr/local/lib/server.py": server]
        files["/etc/systemd/system/svc.service"] = """
            [Unit]
            StartLimitIntervalSec=0
            [Service]
            Type=notify
            NotifyAccess=all
            \(lines)
            ExecStartPre=-+/usr/sbin/portrelease svc
            ExecStart=/usr/bin/python3 /usr/local/lib/server.py \(words)
            ExecReload=/bin/kill -HUP $MAINPID
            """
    }

    /// A socket unit, and the service that a connection starts.
    static var activated: Self {
        var unit = Self("", "4000")
        unit.files["/usr/local/lib/server.py"] = activatedServer
        unit.files["/etc/systemd/system/svc.socket"] = """
            [Socket]
            ListenStream=0.0.0.0:4000
            ExecStartPre=-+/usr/sbin/portrelease svc
            """
        unit.files["/etc/systemd/system/svc.service"] = """
            [Unit]
            StartLimitIntervalSec=0
            [Service]
            ExecStart=/usr/bin/python3 /usr/local/lib/server.py
            """
        return unit
    }
}

/// Binds without SO_REUSEADDR, at SIGHUP anew, having closed first; a refusal is its end.
private let server = """
    import os, signal, socket, sys
    port, *how = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP, signal.SIGTERM])
    def bind():
        it = socket.socket(type=socket.SOCK_DGRAM if "udp" in how else socket.SOCK_STREAM)
        it.bind(("0.0.0.0", int(port)))
        if "udp" not in how: it.listen()
        return it
    def tell(text):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as it:
            it.sendto(text.encode(), os.environ["NOTIFY_SOCKET"])
    if "moves" in how:
        line = open("/proc/self/cgroup").read().split("::")[1]
        below = f"/sys/fs/cgroup{line.strip()}/below"
        os.makedirs(below, exist_ok=True)
        open(f"{below}/cgroup.procs", "w").write("0")
    it = bind()
    if "forks" in how:
        pid = os.fork()
        if pid:
            open("/run/svc.pid", "w").write(str(pid))
            os._exit(0)
    turn = 0
    tell("READY=1\\nSTATUS=0")
    while signal.sigwait([signal.SIGHUP, signal.SIGTERM]) == signal.SIGHUP:
        it.close()
        it = bind()
        turn += 1
        tell(f"STATUS={turn}")
    """

/// Has its socket from systemd.
private let activatedServer = """
    import socket
    it = socket.socket(fileno=3)
    while True:
        client = it.accept()[0]
        client.sendall(b"hello")
        client.close()
    """

/// Tries without pause, in turn as different servers would, and counts in a file.
private let thief = """
    import errno, mmap, os, socket, sys
    with open("/run/thief.new", "wb+") as file:
        file.truncate(16)
        counters = memoryview(mmap.mmap(file.fileno(), 16)).cast("Q")
    os.rename("/run/thief.new", "/run/thief")
    port, transport = int(sys.argv[1]), sys.argv[2]
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    ways = [(False, "0.0.0.0"), (True, "0.0.0.0"), (False, "::"), (True, "127.0.0.1")]
    while True:
        for reuse, address in ways:
            it = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
            if reuse: it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            counters[0] += 1
            try:
                it.bind((address, port))
                counters[1] += 1
            except OSError as error:
                if error.errno != errno.EADDRINUSE: raise
            it.close()
    """

/// Goes in front of each script: the daemon has the port, and the thief wants it.
private let thieved = """
    import mmap
    PORT = int(sys.argv[2])
    run("systemctl", "start", "portreserve.service")
    def is_there():
        try: return record(PORT)
        except OSError: return None
    until("the daemon is there", is_there)
    becomes(PORT, "held")
    run("systemctl", "start", "thief.service")
    until("the thief is there", lambda: os.path.exists("/run/thief"))
    with open("/run/thief", "rb") as file:
        counters = memoryview(mmap.mmap(file.fileno(), 16, prot=mmap.PROT_READ)).cast("Q")
    until("the thief tries", lambda: counters[0])
    def nothing_is_stolen():
        holds("the port is guarded", record(PORT)["guarded"])
        tries, thefts = counters
        print(f"{tries} tries, {thefts} thefts")
        same("thefts", thefts, 0)
        holds(f"{tries} tries are many", tries > 5000)
        same("the thief", shown("thief.service", "ActiveState"), "active")
        who = "refused to 'python3' (uid 0, 'thief.service'), reserved for 'svc'"
        holds("the thief is named", who in journal("portreserve.service"))
        its = [it["parameters"]["incident"] for it in Varlink().all("Incidents")]
        same("culprits", [(it["kind"], it["by"].get("unit")) for it in its],
             [("refused", "thief.service")])

    """

/// A thief that may bind gets the port before its service, again and again.
private let lost = """
    for turn in range(20):
        if counters[1]: break
        run("systemctl", "restart", "svc.service", fails=True)
        run("systemctl", "reload", "svc.service", fails=True)
    holds("something is stolen", counters[1])
    """
