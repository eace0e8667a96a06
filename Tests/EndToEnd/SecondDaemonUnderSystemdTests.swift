/// A daemon that is started by hand beside the unit's: it is refused, and nothing becomes of it.

import Testing

@Suite(
    "systemd: a second daemon by hand", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct SecondDaemonUnderSystemdTests {
    @Test("is refused while the first lives, and while it is dead, and harms nothing")
    func second() throws {
        try playInstalled(
            [
                "/etc/portreserve/cups": "631\n", "/etc/portreserve/svc": "4000\n",
            ].merging(restartedByHand) { $1 },
            """
            serves(631)
            thief = Thief("thief", 631, 4000)
            def stands():
                names = ["control", "lock", "socket", "reserved-ports"]
                paths = [f"/run/portreserve/{it}" for it in names]
                return [os.stat(it).st_ino for it in paths if os.path.exists(it)], programs()
            before = stands()
            LINES = [["-f", "--stay"], ["-f", "--stay", "--no-guard"], ["-d"], [], ["--give-back"]]
            def others(*right):
                for words in LINES:
                    it = subprocess.run(["/usr/sbin/portreserve", *words], capture_output=True,
                                        text=True, timeout=20)
                    holds(f"{words}: {it.stderr}", it.stderr in right)
                    same(f"{words}: status and output", (it.returncode, it.stdout), (1, ""))
                # As a unit of somebody's own, with a store of its own.
                run("systemd-run", "--quiet", "--wait", "--unit=other", "-p", "Type=notify",
                    "-p", "FileDescriptorStoreMax=4", "/usr/sbin/portreserve", "-f", "--stay",
                    fails=True)
                holds("the unit's", any(it.strip() in journal("other.service") for it in right))
                same("what stands", stands(), before)
            pid = daemon()
            others(f"portreserve: already running (pid {pid})\\n")
            dies()
            others("portreserve: already running\\n")
            holds("the daemon is dead all the while", is_dead())
            same("the port of a service that runs", free(631, 4000), [])
            # The sockets that clients know are those of the next instance.
            restart()
            same("sockets", stands()[0], before[0])
            same("the pid", content("/run/portreserve/lock"), shown(DAEMON, "MainPID") + "\\n")
            same("answers", release("svc"), 0)
            becomes(4000, "released")
            serves(631)
            run("systemctl", "restart", "cups.service")
            serves(631)
            holds("nothing stolen", not any(list(thief.counts[1::2])[:4]))
            """)
    }

    @Test("that was there first has the unit fail, and is unharmed when that is given up")
    func first() throws {
        try playInstalled(
            [
                "/etc/portreserve/svc": "4000\n", "/etc/portreserve/auto": "40000\n",
            ].merging(dropIn(for: "portreserve.service", "[Unit]\nStartLimitBurst=5\n")) { $1 },
            """
            def stands():
                names = ["control", "lock", "socket", "reserved-ports"]
                its = [os.stat(f"/run/portreserve/{it}").st_ino for it in names]
                return its, programs(), content(RESERVED), daemon()
            run("systemctl", "stop", DAEMON)
            until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")
            become_free(4000, 40000)
            run("/usr/sbin/portreserve", "--stay")
            before = stands()
            same("programs, and the kernel's list", (len(before[1]), before[2]), (5, "40000\\n"))
            thief = Thief("thief", 4000, 40000)
            # The boot's start counts no more.
            run("systemctl", "reset-failed", DAEMON)
            run("systemctl", "start", "--no-block", DAEMON)
            until("it is given up", lambda: shown(DAEMON, "ActiveState") == "failed", 60)
            until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")
            why = f"already running (pid {before[3]})"
            same("why", journal(DAEMON).count(f"portreserve: {why}"), 5)
            holds("its state says so too", why in journal(STATE_UNIT))
            same("what stands", stands(), before)
            thief.has_nothing("while another one is tried")
            same("holds", states_of(4000, 40000), {"held"})
            same("answers", release("svc"), 0)
            becomes(4000, "released")
            # By hand it ends as it has begun.
            os.kill(before[3], signal.SIGTERM)
            until("it has gone", lambda: not os.path.exists("/run/portreserve/lock"))
            same("reserved", content(RESERVED), "\\n")
            run("systemctl", "reset-failed", DAEMON)
            run("systemctl", "start", DAEMON)
            same("the unit's holds", states_of(4000, 40000), {"held"})
            """)
    }
}
