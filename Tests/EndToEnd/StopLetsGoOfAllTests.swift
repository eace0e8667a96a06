/// What is left when the daemon has been stopped, and when it cannot be started: nothing.

import Testing

@Suite("systemd: the end of the unit", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct StopLetsGoOfAllTests {
    @Test("a stop lets go of every port, of the programs and of the kernel's list, a start has all")
    func stopped() throws {
        try playInstalled(
            files,
            ends + """
                run("systemctl", "stop", "cups.service", "cups.socket", "cups.path")
                becomes(631, "held")
                cannot_take_its_state()
                for turn in turns(8):
                    has_all()
                    if turn % 2:
                        dies()
                        same("free in the dead time", free(*PORTS), [])
                    if turn == 7: run("systemctl", "daemon-reexec")
                    run("systemctl", "stop", DAEMON)
                    become_free(*PORTS)
                    nothing_is_left()
                    same("the unit", shown(DAEMON, "ActiveState"), "inactive")
                    run("systemctl", "start", DAEMON)
                has_all()
                """)
    }

    @Test(
        "one that crashes again and again keeps its ports, and lets go of all when it is given up")
    func crashes() throws {
        try playInstalled(
            files,
            ends + """
                serves(631)
                thief = Thief("thief", 631, 4000, 40000)
                change(DAEMON, BROKEN.format(burst=20))
                os.kill(daemon(), signal.SIGKILL)
                until("it is tried", lambda: int(shown(DAEMON, "NRestarts")) > 9, 60)
                thief.has_nothing("while it is tried")
                run("systemctl", "stop", "thief.service")
                until("failed", lambda: shown(DAEMON, "ActiveState") == "failed", 60)
                run("systemctl", "stop", "cups.service", "cups.socket", "cups.path")
                become_free(*PORTS)
                nothing_is_left()
                run("systemctl", "start", "cups.service")
                for address in ["127.0.0.1", "::1"]:
                    socket.create_connection((address, 631), 20).close()
                same("the system", run("systemctl", "is-system-running", fails=True), "degraded")

                change(DAEMON, "")
                run("systemctl", "reset-failed", DAEMON)
                run("systemctl", "start", DAEMON)
                serves(631)
                same("free", free(4000, 40000), [])
                """)
    }

    @Test("one that crashes at boot, 0.4 s after each start, has failed within a minute")
    func crashesAtBoot() throws {
        // All else is as it is shipped.
        let broken = "[Service]\nExecStart=\nExecStart=/bin/sh -c 'sleep 0.4; exit 1'\n"
        try playInstalled(
            files.merging(dropIn(for: "portreserve.service", broken)) { $1 },
            ends + """
                # From the first of our own to all that the boot wants.
                begun = int(run("systemctl", "show", "-P", "UserspaceTimestampMonotonic"))
                over = int(run("systemctl", "show", "-P", "FinishTimestampMonotonic"))
                print(f"booted in {(over - begun) / 1e6} s")
                holds("booted in time", over - begun < 10e6)
                same("rpcbind", shown("rpcbind.socket", "ActiveState"), "active")
                same("cups", shown("cups.service", "ActiveState"), "active")
                for address in ["127.0.0.1", "::1"]:
                    socket.create_connection((address, 631), 20).close()
                until("failed", lambda: shown(DAEMON, "ActiveState") == "failed", 90)
                took = time.monotonic() - begun / 1e6
                print(f"tried {shown(DAEMON, 'NRestarts')} times in {took:.1f} s")
                holds(f"it took {took:.1f} s, a minute at most", took < 60)
                run("systemctl", "stop", "cups.service", "cups.socket", "cups.path")
                become_free(*PORTS)
                nothing_is_left()
                same("the system", run("systemctl", "is-system-running", fails=True), "degraded")
                same("what failed", run("systemctl", "list-units", "--failed", "--plain",
                                        "--no-legend", "-q").split()[0], DAEMON)
                """)
    }

    @Test("a unit that keeps nothing is told of, and its daemon lets go of all by itself")
    func withoutStore() throws {
        let unit = "[Service]\nFileDescriptorStoreMax=0\nRestartSec=1h\n"
        try playInstalled(
            files.merging(dropIn(for: "portreserve.service", unit)) { $1 },
            ends + """
                said = "the fd store: FileDescriptorStoreMax= has to be 2 at least"
                until("said", lambda: said in run("journalctl", "-u", DAEMON, "-o", "cat"))
                run("systemctl", "stop", "cups.service", "cups.socket", "cups.path")
                becomes(631, "held")
                has_all()
                os.kill(daemon(), signal.SIGTERM)
                until("it is dead", is_dead)
                become_free(*PORTS)
                same("reserved", content(RESERVED), "\\n")
                same("programs", programs(), [])
                same("left", os.listdir("/run/portreserve"), [])
                """)
    }

    private let files = [
        "/etc/portreserve/cups": "631\n", "/etc/portreserve/svc": "4000\n",
        "/etc/portreserve/auto": "40000\n",
    ]
}

/// Goes in front of each script.
private let ends = """
    PORTS = [631, 4000, 40000]
    BROKEN = "[Unit]\\nStartLimitBurst={burst}\\n[Service]\\nExecStart=\\nExecStart=/bin/false\\n"
    def has_all():
        same("free", free(*PORTS), [])
        same("programs", len(programs()), 5)
        same("reserved", content(RESERVED), "40000\\n")
        same("its state", shown(STATE_UNIT, "ActiveState"), "active")
    def cannot_take_its_state():
        # What systemctl is refused, and what it would take.
        def stands():
            its = [daemon(), content("/run/portreserve/reserved-ports")]
            return its + sorted(os.listdir("/run/portreserve")), programs()
        before = stands()
        for word in ["stop", "restart", "start"]:
            it = subprocess.run(["systemctl", word, STATE_UNIT], capture_output=True, text=True)
            holds(f"{word}: {it.stderr}", it.returncode and "refused" in it.stderr)
            has_all()
            same(f"after a {word}", stands(), before)
            same("answers", states_of(*PORTS), {"held"})
    def nothing_is_left():
        same("store", shown(DAEMON, "NFileDescriptorStore"), "0")
        until("no program is left", lambda: programs() == [])
        until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")
        same("reserved", content(RESERVED), "\\n")
        same("/run/portreserve", os.path.exists("/run/portreserve"), False)

    """
