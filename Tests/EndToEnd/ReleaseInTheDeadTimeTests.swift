/// Who asks for a release while the daemon is dead waits, and is answered by the next one.

import Testing

@Suite(
    "systemd: a release while no daemon runs",
    .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct ReleaseInTheDeadTimeTests {
    @Test("waits for the next daemon, which lets the service have its port, and nobody else")
    func answered() throws {
        try playInstalled(
            files,
            """
            same("no drop-in but the generator's", shown("svc.service", "DropInPaths"),
                 "/run/systemd/generator/svc.service.d/50-portreserve.conf")
            thief = Thief("thief", 4000)
            for turn in turns(3):
                dies()
                run("systemctl", "start", "--no-block", "svc.service")
                until("it waits", lambda: shown("svc.service", "SubState") == "start-pre")
                holds("the daemon is dead", is_dead())
                same("free", free(4000), [])
                restart()
                until("it serves", lambda: shown("svc.service", "ActiveState") == "active")
                becomes(4000, "serving")
                thief.has_nothing("in the dead time, the release, the bind")
                run("systemctl", "stop", "svc.service")
                becomes(4000, "held")
            """)
    }

    @Test("and is no release any more if who asked for it has been killed meanwhile")
    func killed() throws {
        try playInstalled(
            files,
            asking + """
                for end in ["KILL", "TERM"]:
                    dies()
                    # As a service whose start is called off.
                    run("systemctl", "start", "--no-block", "svc.service")
                    until("it waits", lambda: shown("svc.service", "SubState") == "start-pre")
                    asks = shown("svc.service", "ControlPID")
                    until("it has asked", lambda: sleeps_for_the_answer(asks))
                    run("systemctl", "kill", f"--signal={end}", "svc.service")
                    run("systemctl", "stop", "svc.service")
                    holds("the daemon is dead", is_dead())
                    restart()
                    same("the port", states_of(4000), {"held"})
                lines = journal(DAEMON).split("\\n")
                same("released", [it for it in lines if "Released" in it], [])
                # What is not given up is one.
                run("systemctl", "start", "svc.service")
                becomes(4000, "serving")
                """)
    }

    @Test("of many who ask at once in the dead time each is answered")
    func many() throws {
        var files = files
        for number in 0..<50 { files["/etc/portreserve/s\(number)"] = "\(5000 + number)/tcp\n" }
        try playInstalled(
            files,
            asking + """
                dies()
                ask = [subprocess.Popen([PORTRELEASE, "-v", f"s{it}"], stderr=subprocess.PIPE)
                       for it in range(50)]
                until("all have asked", lambda: all(sleeps_for_the_answer(it.pid) for it in ask))
                restart()
                answers = {it.communicate(timeout=60)[1] for it in ask}
                same("answers", answers,
                     {f"portrelease: 's{it}': 1 port released\\n".encode() for it in range(50)})
                same("ends", {it.returncode for it in ask}, {0})
                same("the ports", {may_bind(5000 + it) for it in range(50)}, {True})
                """)
    }

    private let files =
        [
            "/etc/portreserve/svc": "4000\n",
            "/usr/local/lib/server.py": """
            import os, signal, socket
            it = socket.create_server(("0.0.0.0", 4000))
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
                manager.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
            while True: signal.pause()
            """,
            "/etc/systemd/system/svc.service": """
            \(withoutStartLimit)[Service]
            Type=notify
            NotifyAccess=all
            ExecStart=/usr/bin/python3 -I /usr/local/lib/server.py
            """,
        ].merging(restartedByHand) { $1 }
}

/// Goes in front of scripts.
private let asking = """
    def sleeps_for_the_answer(pid):
        # The kernel answers a connect at once, and the call is short.
        return content(f"/proc/{pid}/stat").split()[1:3] == ["(portrelease)", "S"]

    """
