/// What people met with portreserve's units and with systemd, where the installed files are.

import Testing

@Suite("the field: units", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct InstalledFieldTests {
    @Test("C46: what is stored is over a stop, but no restart, reload, upgrade or crash sees a gap")
    func stored() throws {
        try playInstalled(
            ["/etc/portreserve/svc": "4000\n"],
            """
            thief = Thief("thief", 4000)
            run("systemctl", "daemon-reload")
            restart()
            os.kill(daemon(), signal.SIGKILL)
            run("systemctl", "daemon-reload")
            until("it is back", lambda: shown(DAEMON, "ActiveState") == "active")
            # An upgrade, as packages have it: the new file, and then a restart.
            run("cp", "/usr/sbin/portreserve", "/usr/sbin/portreserve.new")
            os.rename("/usr/sbin/portreserve.new", "/usr/sbin/portreserve")
            run("systemctl", "daemon-reload")
            restart()
            thief.has_nothing("without a stop")
            run("systemctl", "stop", "thief.service")
            gone = time.monotonic()
            run("systemctl", "stop", DAEMON)
            become_free(4000)
            run("systemctl", "start", DAEMON)
            print(f"a stop and a start: {1000 * (time.monotonic() - gone):.0f} ms")
            same("held after a start", free(4000), [])
            """)
    }

    @Test(
        "C47: a user binds a service's high port neither while it is held nor as it is handed over")
    func highPort() throws {
        try playInstalled(
            [
                "/etc/portreserve/nfs": "2049\n",
                "/etc/systemd/system/nfs.service":
                    "\(withoutStartLimit)[Service]\nType=exec\nExecStart=/bin/sleep infinity\n",
            ],
            """
            thief = Thief("thief", 2049, user="nobody")
            for turn in turns(4):
                kill()
                thief.has_nothing("held")
                # Released for a unit that never binds, and so for nobody else.
                run("systemctl", "start", "nfs.service")
                becomes(2049, "released")
                kill()
                thief.has_nothing("handed over")
                run("systemctl", "stop", "nfs.service")
                becomes(2049, "held")
            """)
    }

    @Test("C48: the unit of Azure Linux works unchanged")
    func azure() throws {
        try playInstalled(
            [
                "/etc/portreserve/cups": "631/tcp\n", "/etc/portreserve/svc": "4000\n",
                "/etc/systemd/system/portreserve.service": azureUnit,
                "/etc/tmpfiles.d/portreserve.conf": "d /var/run/portreserve 0755 root root 10d\n",
            ], wantedBy: "multi-user",
            """
            for turn in turns(3):
                same("the unit", shown(DAEMON, "ActiveState"), "active")
                pid = shown(DAEMON, "MainPID")
                same("its pid", content("/var/run/portreserve.pid"), pid + "\\n")
                same("free", free(4000), [])
                run("systemctl", "restart", "cups.service")
                for address in ["127.0.0.1", "::1"]:
                    socket.create_connection((address, 631), 20).close()
                run("systemctl", "stop", DAEMON)
                become_free(4000)
                same("left", os.listdir("/run/portreserve"), [])
                run("systemctl", "stop", "cups.service")
                run("systemctl", "start", DAEMON)
            same("complaints", [it for it in journal(DAEMON).split("\\n") if "rror" in it], [])
            """)
    }

    @Test("C51: where the unit is masked, callers go on at once, without a word")
    func masked() throws {
        try playInstalled(
            [
                "/etc/portreserve/cups": "631\n",
                "/etc/systemd/system/caller.service":
                    "[Service]\nType=oneshot\nExecStartPre=/usr/sbin/portrelease cups\n"
                    + "ExecStart=/bin/true\n",
            ], links: ["/etc/systemd/system/portreserve.service": "/dev/null"], notAtAll)
    }

    @Test("C51: and where it has been stopped and disabled")
    func disabled() throws {
        try playInstalled(
            [
                "/etc/portreserve/cups": "631\n",
                "/etc/systemd/system/caller.service":
                    "[Service]\nType=oneshot\nExecStartPre=/usr/sbin/portrelease cups\n"
                    + "ExecStart=/bin/true\n",
            ],
            """
            run("systemctl", "disable", "--now", DAEMON)
            until("its state is gone", lambda: shown(STATE_UNIT, "ActiveState") == "inactive")

            """ + notAtAll)
    }

    @Test("C52: a stop of what does not run is none")
    func stopped() throws {
        try playInstalled(
            ["/etc/portreserve/svc": "4000\n"],
            """
            for turn in turns(2): same("a stop", run("systemctl", "stop", DAEMON), "")
            become_free(4000)
            """)
    }

    private let azureUnit = """
        [Unit]
        Description=TCP port reservation utility
        After=sockets.target
        Before=basic.target shutdown.target
        Conflicts=shutdown.target
        DefaultDependencies=no

        [Service]
        Type=forking
        PIDFile=/var/run/portreserve.pid
        ExecStart=/sbin/portreserve
        Restart=no

        [Install]
        WantedBy=multi-user.target

        """

    /// The callers of the field where nobody holds anything.
    private let notAtAll = """
        def called(*words):
            began = time.monotonic()
            it = subprocess.run(words, capture_output=True, text=True, timeout=20)
            same(words, (it.returncode, it.stdout + it.stderr), (0, ""))
            return time.monotonic() - began
        OLD = '[ -x /sbin/portrelease ] && /sbin/portrelease cups &>/dev/null || :'
        called("bash", "-c", OLD)
        called("sh", "-c", "/usr/sbin/portrelease cups | true")
        # At its quickest, since others run too.
        quickest = min(called("/sbin/portrelease", "cups") for _ in range(30))
        holds(f"{1000 * quickest:.1f} ms are less than 5", quickest < 0.005)
        asked = subprocess.run(["/sbin/portrelease", "-v", "cups"], capture_output=True, text=True)
        holds("it says so when asked", "no portreserve is running" in asked.stderr)
        run("systemctl", "start", "caller.service")
        same("what it said", [it for it in journal("caller.service").split("\\n")
                              if "portrelease" in it], [])
        run("systemctl", "restart", "cups.service")
        for address in ["127.0.0.1", "::1"]: socket.create_connection((address, 631), 20).close()
        """
}
