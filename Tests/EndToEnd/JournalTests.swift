/// What the daemon tells a real journal, and what a person finds there.

import Foundation
import Testing

@Suite(
    "the journal under a real systemd", .enabled(if: hasCgroups, "needs a writable cgroup2"),
    .serialized)
struct JournalTests {
    @Test("each event is found by its number, with its fields, and is explained")
    func events() throws {
        try boot(
            """
            os.makedirs(UNIT_OF_NONE)
            idle = in_cgroup(UNIT_OF_NONE, lambda: release("idle"))
            same("a release from a unit that never binds", end(idle), 0)
            begin("svc", "released")
            expect("released", "svc")
            becomes(4000, "serving")
            expect("serving", "svc", "4000/tcp", "python3", "svc.service")
            expect("unguarded")
            expect("configuration", "odd")
            expect("busy", "taken", "4001/tcp", "python3", "taker.service")

            same("a thief", [it and "has it" for it in [try_bind(4002)]], [None])
            expect("refused", "mine", "4002/tcp", "python3", "booted.service")
            same("a release from another unit", release("mine"), 0)
            expect("open", "mine")
            run("systemctl", "reload", DAEMON)
            expect("reloaded")
            run("systemctl", "stop", "svc.service")
            expect("heldAgain", "svc", "4000/tcp")
            expect("unused", "idle", "4003/tcp", seconds=30)

            run("systemctl", "start", "forged.service")
            run("systemctl", "stop", DAEMON)
            run("systemctl", "kill", "forged.service")
            expect("forgotten")
            run("systemctl", "stop", "forged.service")
            run("systemctl", "start", "simple.service")
            expect("notReserved", "taken", "4001/tcp")
            run("systemctl", "stop", "simple.service")
            expect("ready")
            same("events that are not told", sorted(set(NUMBERS) - met), [])
            """)
    }

    @Test("a start that fails is found by the unit, though it is over at once")
    func lastWords() throws {
        try boot(
            """
            # It reads what it was told when who told it is gone.
            journald = int(shown("systemd-journald.service", "MainPID"))
            os.kill(journald, signal.SIGSTOP)
            run("systemctl", "start", "second.service", fails=True)
            os.kill(journald, signal.SIGCONT)
            until("last words", lambda: "already running (pid" in journal("second.service"))
            """)
    }

    @Test(
        "portreservectl shows the lines of one service alone, and those of all with systemd's own")
    func tool() throws {
        try boot(
            """
            begin("svc", "serving")
            run("systemctl", "stop", "svc.service")
            expect("heldAgain", "svc")
            def log(*words): return run("portreservectl", "log", *words).split("\\n")
            lines = log("svc", "--no-pager")
            holds(f"lines of svc: {lines}", len(lines) == 3)
            same("lines of others", [it for it in lines if "'svc'" not in it and "svc" not in it], [])
            entries = [json.loads(it) for it in log("svc", "-j")]
            same("whose", {it["PORTRESERVE_SERVICE"] for it in entries}, {"svc"})
            same("as many", len(entries), len(lines))
            same("the last one", log("svc", "-n1"), lines[-1:])
            same("two services", {json.loads(it)["PORTRESERVE_SERVICE"]
                                  for it in log("svc", "odd", "--json=short")}, {"svc", "odd"})
            holds("explained", "Subject: A port is held again" in "\\n".join(log("svc", "-x")))
            whole = log()
            holds("all of it has every line", set(lines) <= set(whole))
            holds("systemd's own too", any("Started" in it and "systemd[1]" in it for it in whole))
            holds("earlier ones too", log("--since=-1h", "svc") == lines)
            same("a name of none", log("nobody"), ["-- No entries --"])
            open("/etc/portreserve/svcs", "w").close()
            slip = subprocess.run(["portreservectl", "log", "svce"], capture_output=True, text=True)
            holds(f"a slip: {slip.stderr}", "Did you mean 'svc" in slip.stderr)
            same("its status", slip.returncode, 0)
            subprocess.run(["logger", "-t", "portreserve", "--journald"], text=True, user=65534,
                           input="MESSAGE=forged\\nSYSLOG_IDENTIFIER=portreserve\\n"
                                 "PORTRESERVE_SERVICE=svc\\n", check=True)
            until("the forged line is there",
                  lambda: "forged" in run("journalctl", "-t", "portreserve"))
            same("forged lines", [it for it in log() + log("svc") if "forged" in it], [])
            """)
    }

    /// Boots an installed system with the catalog in it, and plays the script.
    private func boot(_ script: String) throws {
        let catalog = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../systemd/portreserve.catalog")
        var files = ServiceUnit("", "4000").files
        files["/usr/lib/systemd/catalog/portreserve.catalog"] =
            try String(contentsOf: catalog, encoding: .utf8)
        for (number, name) in ["svc", "taken", "mine", "idle"].enumerated() {
            files["/etc/portreserve/\(name)"] = "\(4000 + number)/tcp\n"
        }
        files["/etc/portreserve/odd"] = "ipp/sctp\n"
        files["/opt/taken/taken"] = "4001/tcp\n"
        files["/usr/local/lib/taker.py"] = taker
        files["/usr/local/lib/forger.py"] = forger
        for (name, lines) in others { files["/etc/systemd/system/\(name).service"] = lines }
        try playInstalled(files, told + script)
    }
}

/// Beside the daemon's own: who has a port before it, one that is not managed, a second one, and
/// one that finds what it cannot read.
private let others = [
    "taker": """
    [Service]
    Type=notify
    ExecStart=/usr/bin/python3 /usr/local/lib/taker.py
    """,
    "simple": """
    [Service]
    ExecStart=/usr/sbin/portreserve -f -c /opt/taken
    """,
    "second": """
    [Service]
    Type=notify
    ExecStart=/usr/sbin/portreserve -f --stay
    """,
    "forged": """
    [Service]
    Type=notify
    NotifyAccess=all
    FileDescriptorStoreMax=4
    Restart=always
    ExecStart=/usr/bin/python3 /usr/local/lib/forger.py
    """,
]

private let taker = """
    import os, signal, socket
    it = socket.create_server(("0.0.0.0", 4001))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
    signal.pause()
    """

/// Leaves a vault that nobody can read to the daemon which it becomes when it is started again.
private let forger = """
    import array, os, socket
    if os.environ.get("LISTEN_FDNAMES") == "vault":
        os.execv("/usr/sbin/portreserve", ["portreserve", "-f", "--stay"])
    vault = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    vault.bind("")
    vault.connect(vault.getsockname())
    vault.send(b"what is that")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
        to.connect(os.environ["NOTIFY_SOCKET"])
        socket.send_fds(to, [b"FDSTORE=1\\nFDNAME=vault\\nFDPOLL=0\\nREADY=1"], [vault.fileno()])
    import signal
    signal.pause()
    """

/// Goes in front of each script: who takes a port, the daemon, and what it has told.
private let told = """
    # The unit of a service that asks and never binds; systemd knows nothing of it.
    UNIT_OF_NONE = "/sys/fs/cgroup/system.slice/idle.service"
    text = open("/usr/lib/systemd/catalog/portreserve.catalog").read()
    NAMES = ["ready", "notReserved", "busy", "released", "open", "serving", "heldAgain", "unused",
             "refused", "unguarded", "configuration", "reloaded", "forgotten"]
    IDS = [it.split()[1] for it in text.split("\\n") if it.startswith("-- ")]
    NUMBERS, met = dict(zip(NAMES, IDS)), set()
    def entries(event, service=None):
        words = ["MESSAGE_ID=" + NUMBERS[event], "SYSLOG_IDENTIFIER=portreserve"]
        if service: words.append("PORTRESERVE_SERVICE=" + service)
        lines = run("journalctl", "--no-pager", "-o", "json", *words).split("\\n")
        return [json.loads(it) for it in lines if it]
    def expect(event, service=None, endpoint=None, command=None, unit=None, seconds=15):
        if not until(event, lambda: entries(event, service), seconds): return
        it = entries(event, service)[-1]
        met.add(event)
        same(f"{event}: service", it.get("PORTRESERVE_SERVICE"), service)
        if endpoint: same(f"{event}: endpoint", it.get("PORTRESERVE_ENDPOINT"), endpoint)
        same(f"{event}: command", it.get("PORTRESERVE_HOLDER_COMMAND"), command)
        same(f"{event}: unit", it.get("PORTRESERVE_HOLDER_UNIT"), unit)
        same(f"{event}: uid", it.get("PORTRESERVE_HOLDER_UID"), command and "0")
        if event in ["busy", "serving"]:
            same(f"{event}: pid", it.get("PORTRESERVE_HOLDER_PID"), shown(unit, "MainPID"))
        same(f"{event}: by the socket", it["_TRANSPORT"], "journal")
        holds(f"{event}: no name before its words", not it["MESSAGE"].startswith("portreserve:"))
        told = run("journalctl", "--no-pager", "-x", "-n1", "MESSAGE_ID=" + NUMBERS[event])
        for words in ["Subject: ", "Defined-By: portreserve"]:
            holds(f"{event}: explained by {words}: {told}", words in told)
        same(f"{event}: fields that its entry lacks", "PORTRESERVE_" in told, False)
    def begin(service, event):
        run("systemctl", "start", service + ".service")
        expect(event, service, **({} if event != "serving" else
               {"endpoint": "4000/tcp", "command": "python3", "unit": "svc.service"}))
    run("journalctl", "--update-catalog")
    run("systemctl", "stop", DAEMON)
    run("systemctl", "start", "taker.service")
    run("systemctl", "start", DAEMON)

    """
