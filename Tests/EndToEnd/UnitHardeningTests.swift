/// What the unit may do is what it has to: each right is missed where it is taken away.

import Testing

@Suite("systemd: the unit's rights", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct UnitHardeningTests {
    @Test("systemd's own rating of its exposure is 3.0 at most")
    func exposure() throws {
        try playInstalled(
            [:],
            """
            rating = run("systemd-analyze", "security", "--no-pager", DAEMON).split("\\n")[-1]
            print(rating)
            found = [it for it in rating.split() if it.replace(".", "").isdigit()]
            holds(f"{rating}: at most 3.0", found and float(found[0]) <= 3.0)
            """)
    }

    @Test("a log of what systemd and the kernel refuse it is empty: it works with all that is off")
    func complete() throws {
        try playInstalled(
            [
                "/etc/portreserve/cups": "631\n", "/etc/portreserve/svc": "4000\n",
                "/etc/portreserve/auto": "40000\n",
            ],
            """
            restart()
            run("portreservectl", "reload")
            run("systemctl", "reload", DAEMON)
            run("systemctl", "restart", "cups.service")
            serves(631)
            same("reserved", states_of(4000), {"held"})
            words = ["not permitted", "denied", "Read-only", "ailed"]
            same("complaints", [it for it in journal(DAEMON).split("\\n")
                                if any(word in it for word in words)], [])
            """)
    }

    @Test("each capability that it keeps is missed")
    func capabilities() throws {
        try playInstalled(
            [
                "/etc/portreserve/low": "640/tcp\n", "/etc/portreserve/svc": "4000/tcp\n",
                "/etc/portreserve/busy": "5000/tcp\n", "/etc/portreserve/user": "5001/tcp\n",
                "/usr/local/lib/server.py": server,
                "/etc/systemd/system/root.service": unit("5000"),
                "/etc/systemd/system/nobody.service": unit("5001\nUser=nobody"),
            ],
            rights + """
                same("with all", can(), ALL)
                for name, missed in [
                        ("CAP_NET_BIND_SERVICE", {"a port below 1024"}),
                        ("CAP_SYS_PTRACE", {"root's name", "a user's name"}),
                        ("CAP_DAC_READ_SEARCH", {"a user's name"}),
                        ("CAP_BPF", {"the guard", "a name of who is gone"}),
                        ("CAP_NET_ADMIN", {"the guard", "a name of who is gone"}),
                        ("CAP_PERFMON", {"a name of who is gone"} if NEEDS_PERFMON else set())]:
                    same(f"missed without {name}", ALL - can(name), missed)
                """)
    }

    private func unit(_ words: String) -> String {
        "[Service]\nType=notify\nExecStart=/usr/bin/python3 -I /usr/local/lib/server.py \(words)\n"
    }

    private let server = """
        import os, signal, socket, sys
        it = socket.create_server(("0.0.0.0", int(sys.argv[1])))
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
        while True: signal.pause()
        """
}

/// Goes in front of the script about capabilities: what the daemon can without some of them.
private let rights = """
    # Linux: names are for CAP_PERFMON from 6.16 on.
    NEEDS_PERFMON = [int(it) for it in os.uname().release.split(".")[:2]] >= [6, 16]
    ALL = {"a port below 1024", "a port", "the guard", "root's name", "a user's name",
           "a name of who is gone"}
    def can(*without):
        # What becomes of what each right is for.
        change(DAEMON, "[Service]\\n" + "".join(
            f"CapabilityBoundingSet=~{it}\\n" for it in without))
        run("systemctl", "stop", DAEMON, "root.service", "nobody.service")
        until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")
        run("systemctl", "start", "root.service", "nobody.service")
        run("systemctl", "start", DAEMON)
        found = set()
        if states_of(640) == {"held"}: found.add("a port below 1024")
        if states_of(4000) == {"held"}: found.add("a port")
        if len(programs()) == 5: found.add("the guard")
        # Who has a port is said as soon as it has been found out.
        for port, what in [(5000, "root's name"), (5001, "a user's name")]:
            told = lambda: [it for it in of_this_start() if f"{port}/tcp: in use by" in it]
            until(f"who has {port}", told)
            if "'python3'" in told()[0]: found.add(what)
        os.kill(daemon(), signal.SIGSTOP)
        run("systemd-run", "--quiet", "--wait", "--collect", "/usr/bin/python3", "-c",
            "import socket; socket.socket().bind(('', 4000))", fails=True)
        os.kill(daemon(), signal.SIGCONT)
        told = Varlink().all("Incidents")
        its = [it.get("parameters", {}).get("incident") for it in told]
        by = [it["by"] for it in its if it and it["kind"] == "refused"]
        if any(it.get("command") == "python3" for it in by):
            found.add("a name of who is gone")
        return found
    def of_this_start():
        return journal(DAEMON).rsplit("Starting portreserve.service", 1)[1].split("\\n")

    """
