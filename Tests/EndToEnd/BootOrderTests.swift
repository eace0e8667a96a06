/// A boot of a Debian with the installed files: the ports are held before anybody can take one.

import Testing

@Suite("systemd: the boot", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct BootOrderTests {
    @Test("portreserve is ready before rpcbind listens, and who seeks cups' port is given another")
    func protected() throws {
        try playInstalled(
            files,
            order + """
                same("the thief's port", content("/run/loot"), "632\\n")
                serves(631)
                same("drop-ins", shown("cups.service", "DropInPaths"),
                     "/run/systemd/generator/cups.service.d/50-portreserve.conf")
                holds("ready before rpcbind's socket listens",
                      at(DAEMON, "ActiveEnter") < at("rpcbind.socket", "InactiveExit"))
                holds("and before the thief",
                      at(DAEMON, "ActiveEnter") < at("thief.service", "InactiveExit"))
                lines = [(int(it["__MONOTONIC_TIMESTAMP"]), it.get("UNIT"), it["MESSAGE"]) for it
                         in map(json.loads, run("journalctl", "-b", "-o", "json").split("\\n"))]
                def told(unit, word):
                    return [when for when, its, text in lines if its == unit and word in text]
                # What is older than the journal is not in it.
                holds("so says the journal",
                      all(when < told("rpcbind.socket", "Listening on ")[0]
                          for when in told(DAEMON, "Started ")))
                same("cycles", [it for it in lines if "ordering cycle" in it[2]], [])
                """)
    }

    @Test("the thief is strong enough: with portreserve masked it has cups' port")
    func masked() throws {
        try playInstalled(
            files, links: ["/etc/systemd/system/portreserve.service": "/dev/null"],
            order + """
                same("the thief's port", content("/run/loot"), "631\\n")
                same("cups", shown("cups.service", "ActiveState"), "active")
                socket.create_connection(("::1", 631), 20).close()
                try: socket.create_connection(("127.0.0.1", 631), 20).close()
                except ConnectionRefusedError: pass
                else: same("cups on 127.0.0.1", "served", "refused")
                """)
    }

    /// cups' port for cups, and a thief that is started after sockets and before cups.
    private let files = [
        "/etc/portreserve/cups": "631/tcp\n",
        "/usr/local/lib/born.py": bornThief,
        "/etc/systemd/system/thief.service": """
        [Unit]
        Before=cups.service
        [Service]
        Type=notify
        NotifyAccess=all
        ExecStart=/usr/bin/python3 -I /usr/local/lib/born.py 631
        """,
        "/etc/systemd/system/multi-user.target.d/thief.conf": "[Unit]\nWants=thief.service\n",
    ]
}

/// Goes in front of each script.
private let order = """
    def at(unit, what): return int(shown(unit, what + "TimestampMonotonic"))

    """

/// Has a child whose pid makes glibc's bindresvport try that port first, which keeps what it gets.
private let bornThief = """
    import ctypes, os, signal, socket, struct, sys
    libc = ctypes.CDLL(None, use_errno=True)
    first, count, port = 600, 424, int(sys.argv[1])
    for turn in range(1, 70):
        pid = ctypes.c_int((port - first) % count + count * turn)
        # struct clone_args: only the signal of its end, and the pid that it is to have.
        how = struct.pack("=11Q", 0, 0, 0, 0, signal.SIGCHLD, 0, 0, 0, ctypes.addressof(pid), 1, 0)
        born = libc.syscall(435, how, len(how))
        if born >= 0: break
    if born != 0: sys.exit(os.waitstatus_to_exitcode(os.waitpid(born, 0)[1]) if born > 0 else 2)
    it = socket.socket()
    answer = libc.bindresvport(it.fileno(), None)
    with open("/run/loot", "w") as loot:
        loot.write(f"{it.getsockname()[1]}\\n" if answer == 0 else "none\\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
    while True: signal.pause()
    """
