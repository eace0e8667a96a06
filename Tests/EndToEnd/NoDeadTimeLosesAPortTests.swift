/// Whatever becomes of the daemon: its ports are nobody else's while no daemon runs.

import Testing

@Suite("systemd: the time without a daemon", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct NoDeadTimeLosesAPortTests {
    @Test("over kills and restarts a thief that never pauses gets no port")
    func guarded() throws {
        try playInstalled(
            files,
            """
            serves(631)
            thief = Thief("thief", 631, 4000, 40000)
            for turn in turns(25): kill()
            thief.has_nothing("killed")
            for turn in turns(20): restart()
            thief.has_nothing("restarted")
            for turn in turns(20):
                run("systemctl", "restart", "cups.service")
                serves(631)
            thief.has_nothing("cups restarted")
            for turn in turns(25):
                pid, names = daemon(), [DAEMON, "cups.service"]
                jobs = [subprocess.Popen(["systemctl", "restart", it]) for it in names]
                os.kill(pid, signal.SIGKILL)
                for name, job in zip(names, jobs): same(f"{name} restarted", job.wait(60), 0)
                is_another_than(pid)
                serves(631)
            thief.has_nothing("all at once")
            holds("many tries", min(thief.tries()) > 1000)
            holds("the thief is named", "refused to 'python3' (uid 0, 'thief.service')"
                  in journal(DAEMON))
            same("what was never released", states_of(4000, 40000), {"held"})
            """)
    }

    @Test("nor as systemd executes itself anew, and as the programs are replaced by others")
    func replaced() throws {
        try playInstalled(
            files,
            """
            serves(631)
            thief = Thief("thief", 631, 4000, 40000)
            for turn in turns(3):
                run("systemctl", "daemon-reexec")
                kill()
                run("systemctl", "daemon-reload")
                restart()
                os.kill(daemon(), signal.SIGKILL)
                run("systemctl", "daemon-reexec")
                run("systemctl", "restart", "cups.service")
                serves(631)
            thief.has_nothing("systemd executed anew")

            PROGRAM = "/usr/sbin/portreserve"
            right = open(PROGRAM, "rb").read()
            # r1 += 1000000000 of the guard's program, so far between reports of one culprit, in ns.
            pause = bytes.fromhex("07 01 0000 00ca9a3b")
            same("the place that tells other programs", right.count(pause), 1)
            other = right.replace(pause, bytes.fromhex("07 01 0000 ffc99a3b"))
            def upgrade(program):
                with open(PROGRAM + ".new", "wb") as it: it.write(program)
                os.chmod(PROGRAM + ".new", 0o755)
                os.rename(PROGRAM + ".new", PROGRAM)
                restart()
            before = programs()
            same("programs", len(before), 5)
            for turn in turns(5):
                upgrade(other if turn % 2 == 0 else right)
                same("programs of the new one alone", len(programs()), 5)
                same("are others", programs() != before, turn % 2 == 0)
                kill()
                run("systemctl", "restart", "cups.service")
                serves(631)
            thief.has_nothing("upgraded")
            same("what was never released", states_of(4000, 40000), {"held"})
            """)
    }

    @Test(
        "a storm of outgoing connections is given no port, with no other automatic one left either")
    func storm() throws {
        try playInstalled(
            files,
            """
            same("reserved", content(RESERVED), "40000\\n")
            open("/proc/sys/net/ipv4/ip_local_port_range", "w").write("39999 40001")
            becomes(631, "serving")
            # Connections that stay, of every automatic port of 127.0.0.1.
            server, kept = bind(5000, address="127.0.0.1"), []
            while True:
                try: kept.append(socket.create_connection(server.getsockname()))
                except OSError as error:
                    same("refused", error.errno, errno.EADDRNOTAVAIL)
                    break
            holds("connections", kept)
            same("no port is left there", try_bind(0, reuse=True, address="127.0.0.1"), None)
            storm = Thief("storm", 40000)
            thief = Thief("thief", 631)
            for turn in turns(5):
                kill()
                restart()
                run("systemctl", "restart", "cups.service")
                becomes(631, "serving")
                # Its own way to see whether it is one for this system needs a port too.
                same("programs", len(programs()), 5)
                same("reserved", content(RESERVED), "40000\\n")
            storm.has_nothing("given away")
            thief.has_nothing("while automatic ports are few")
            """)
    }

    @Test("without the guard a socket that holds a port is handed on, the same one each time")
    func unguarded() throws {
        let lines =
            withoutStartLimit
            + "[Service]\nExecStart=\nExecStart=/usr/sbin/portreserve -f --stay --no-guard\n"
        try playInstalled(
            files.merging(dropIn(for: "portreserve.service", lines)) { $1 },
            """
            def sockets():
                # Where each is bound, and the kernel's number for it, as its owner sees it.
                owner, its = os.pidfd_open(daemon()), set()
                libc = ctypes.CDLL(None, use_errno=True)
                for fd in os.listdir(f"/proc/{daemon()}/fd"):
                    try: link = os.readlink(f"/proc/{daemon()}/fd/{fd}")
                    except OSError: continue
                    if not link.startswith("socket:"): continue
                    copy = libc.syscall(438, owner, int(fd), 0)
                    if copy < 0: continue
                    with socket.socket(fileno=copy) as it:
                        if it.family in [socket.AF_INET, socket.AF_INET6]:
                            if it.getsockname()[1]: its.add((link, it.type, it.getsockname()[1]))
                        elif it.family == socket.AF_UNIX and "/" in str(it.getsockname()):
                            is_clients = it.type == socket.SOCK_STREAM and not it.getsockopt(
                                socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                            if not is_clients: its.add((link, it.type, it.getsockname()))
                os.close(owner)
                return its
            serves(631)
            same("programs", programs(), [])
            before = sockets()
            same("holds and entrances", sorted(str(it[2]) for it in before),
                 ["/run/portreserve/control", "/run/portreserve/socket"] + ["4000"] * 2
                 + ["40000"] * 2)
            thief = Thief("thief", 4000, 40000)
            for turn in turns(10):
                kill()
                same(f"killed {turn}", sockets(), before)
                restart()
                same(f"restarted {turn}", sockets(), before)
                if turn % 5 == 0: run("systemctl", "daemon-reexec")
            thief.has_nothing("handed on")
            run("systemctl", "restart", "cups.service")
            serves(631)
            """)
    }

    private let files = [
        "/etc/portreserve/cups": "631\n", "/etc/portreserve/svc": "4000\n",
        "/etc/portreserve/auto": "40000\n",
    ].merging(
        ["portreserve.service", "cups.service", "cups.socket", "cups.path"].map {
            ("/etc/systemd/system/\($0).d/test.conf", withoutStartLimit)
        }
    ) { $1 }
}
