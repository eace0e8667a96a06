/// Four thousand endpoints, and what they cost others: process 1, and who hands descriptors on.

import Testing

@Suite(
    "systemd: 4,000 endpoints of 400 services",
    .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct ManyServicesUnderSystemdTests {
    @Test("a start, a crash and a restart cost process 1 less than 100 ms together")
    func processOne() throws {
        try playInstalled(
            files,
            """
            def spent():
                # By process 1 on a processor, in ns.
                return int(content("/proc/1/schedstat").split()[0])
            def all_are_held():
                its = records(*range(10000, 12000))
                same("reservations", (len(its), {it["state"] for it in its}), (800, {"held"}))
                same("free", free(*range(10000, 12000)), [])
            all_are_held()
            run("systemctl", "stop", DAEMON)
            until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")
            costs = []
            for step in [lambda: run("systemctl", "start", DAEMON), kill, restart]:
                before = spent()
                step()
                costs.append((spent() - before) / 1e6)
                all_are_held()
            print("process 1:", ", ".join(f"{it:.1f} ms" for it in costs))
            holds(f"{sum(costs)} ms", sum(costs) < 100)
            """)
    }

    @Test("without the guard other services of root still hand descriptors on")
    func inFlight() throws {
        let line = "[Service]\nExecStart=\nExecStart=/usr/sbin/portreserve -f --stay --no-guard\n"
        try playInstalled(
            files.merging(dropIn(for: "portreserve.service", line)) { $1 },
            """
            def hands_on(limit):
                # Root's descriptors in flight are counted together, and each sender has his limit.
                return subprocess.run(
                    ["systemd-run", "--quiet", "--wait", "--pipe", "--collect", "-p",
                     f"LimitNOFILE={limit}", "-p", "CapabilityBoundingSet=",
                     "/usr/bin/python3", "-c",
                     "import socket; a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0])"],
                    capture_output=True, text=True)
            for turn in turns(2):
                it = hands_on(1024)
                same("with the usual limit", (it.returncode, it.stderr), (0, ""))
                holds("they are counted", "ETOOMANYREFS" in hands_on(400).stderr
                      or "Too many references" in hands_on(400).stderr)
                kill()
            """)
    }

    private var files: [String: String] {
        var files: [String: String] = [:]
        for number in 0..<400 {
            let first = 10000 + 5 * number
            files["/etc/portreserve/s\(number)"] = "\(first)-\(first + 4)\n"
        }
        return files
    }
}
