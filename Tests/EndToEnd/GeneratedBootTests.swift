/// A Debian that boots with the generator in it: services come to their ports by its drop-ins alone.

import Testing

@Suite(
    "generator: under a real systemd", .enabled(if: hasCgroups, "needs a writable cgroup2"),
    .serialized)
struct GeneratedBootTests {
    @Test("cups has its port after a boot, its unit untouched")
    func cups() throws {
        try boot(
            ["/etc/portreserve/cups": "631/tcp\n"],
            """
            same("drop-ins", shown("cups.service", "DropInPaths"),
                 "/run/systemd/generator/cups.service.d/50-portreserve.conf")
            same("its socket's, which listens on no port", shown("cups.socket", "DropInPaths"), "")
            run("systemctl", "start", "cups.service")
            becomes(631, "serving")
            for address in ["127.0.0.1", "::1"]: socket.create_connection((address, 631), 20).close()
            """)
    }

    @Test("and has not where an empty file of the drop-in's name switches that off")
    func switchedOff() throws {
        try boot(
            [
                "/etc/portreserve/cups": "631/tcp\n",
                "/etc/systemd/system/cups.service.d/50-portreserve.conf": "",
            ],
            """
            run("systemctl", "start", "cups.service")
            same("the port", record(631)["state"], "held")
            """)
    }

    @Test("units of each kind ask for their ports before they start")
    func kinds() throws {
        var files = units(serviceUnits)
        files["/etc/systemd/system/lis.socket"] = "[Socket]\nListenStream=4003\n"
        files["/etc/systemd/system/each.socket"] = "[Socket]\nListenStream=4004\nAccept=yes\n"
        files["/etc/init.d/sysv"] = script
        for (number, name) in services.enumerated() {
            files["/etc/portreserve/\(name)"] = "\(4000 + number)/tcp\n"
        }
        files["/etc/portreserve/nick"] = "4100/tcp\nunit plain.service\n"
        // Its drop-in would be every unit's of this system.
        files["/etc/portreserve/systemd-"] = "4101/tcp\n"
        try boot(
            files,
            #"""
            os.chmod("/etc/init.d/sysv", 0o755)
            os.symlink("real.service", "/etc/systemd/system/alias.service")
            run("systemctl", "daemon-reload")
            names = ["plain", "alias", "tmpl", "lis", "each", "sysv", "a b", "x%h${HOME}", "ä\"q", "-v"]
            port = {name: 4000 + number for number, name in enumerate(names)}
            port["nick"] = 4100
            for it in port.values(): same(f"{it} at first", record(it)["state"], "held")
            def starts(unit, *released):
                run("systemctl", "start", "--", unit)
                for name in released:
                    holds(f"{unit} has asked for {name}", record(port[name])["state"] != "held")
            starts("plain.service", "plain", "nick")
            starts("alias.service", "alias")
            starts("tmpl@x.service", "tmpl")
            starts("lis.socket", "lis")
            starts("each.socket", "each")
            starts("sysv.service", "sysv")
            starts(r"a\x20b.service", "a b")
            starts(r"x\x25h\x24\x7bHOME\x7d.service", "x%h${HOME}")
            starts(r"\xc3\xa4\x22q.service", 'ä"q')
            starts("-v.service", "-v")
            for name in ["lis", "each"]: becomes(port[name], "serving")
            same("an alias", shown("alias.service", "DropInPaths"),
                 "/run/systemd/generator/real.service.d/50-portreserve.conf")
            same("an instance for one connection", shown("each@1.service", "DropInPaths"), "")
            same("what only begins so", shown("systemd-journald.service", "DropInPaths"), "")
            same("cycles", [l for l in run("journalctl", "-b", "--no-pager").split("\n")
                            if "ordering cycle" in l], [])
            """#)
    }

    @Test("each unit that a file names asks, and the instance by which a template's alias runs")
    func named() throws {
        try playInstalled(
            units(["one", "two", "real@"]).merging([
                "/etc/portreserve/both": "4000/tcp\nunit one.service two.service\n",
                "/etc/portreserve/tmpl": "4001/tcp\n",
            ]) { one, _ in one },
            links: ["/etc/systemd/system/tmpl@.service": "real@.service"],
            """
            for unit, port in [("two.service", 4000), ("tmpl@x.service", 4001)]:
                same(f"{port} at first", record(port)["state"], "held")
                run("systemctl", "start", unit)
                same(f"{port} then", record(port)["state"], "released")
            same("the instance", shown("tmpl@x.service", "Id"), "real@x.service")
            same("each once", shown("tmpl@x.service", "DropInPaths"),
                 "/run/systemd/generator/real@.service.d/50-portreserve.conf")
            """)
    }

    @Test("nothing that portreserve starts after has to ask it, whatever a file names")
    func cyclic() throws {
        // All services and sockets that it starts after at a boot of any systemd.
        let named = [
            "portreserve.service", "portreserve-state.service", "systemd-journald.socket",
            "systemd-journald.service", "systemd-journald-dev-log.socket", "user@.service",
        ]
        try playInstalled(
            ["/etc/portreserve/odd": "4000/tcp\nunit \(named.joined(separator: " "))\n"],
            """
            NAMED = \(named)
            def those_before(units):
                # By all steps.
                seen, left = set(), set(units)
                while left:
                    unit = left.pop()
                    seen.add(unit)
                    told = run("systemctl", "show", "-P", "After", "--", unit)
                    left |= set(told.split()) - seen
                return seen
            before = those_before(["portreserve.service"])
            starters = {it for it in before if it.split(".")[-1] in ["service", "socket"]}
            holds(f"all are named: {starters}", starters <= set(NAMED))
            for unit in NAMED:
                if "@" in unit: continue
                same(unit, "50-portreserve" in shown(unit, "DropInPaths"), False)
            holds("no user's manager", not os.path.exists(
                "/run/systemd/generator/user@.service.d"))
            same("cycles", [l for l in run("journalctl", "-b", "--no-pager").splitlines()
                            if "ordering cycle" in l], [])
            """)
    }

    @Test("a unit with a file system of its own, or its own ExecStartPre=, asks as the manual says")
    func caveats() throws {
        let own = [
            "tmp": "TemporaryFileSystem=/run",
            "root": "RootDirectory=/srv\nBindReadOnlyPaths=/usr /lib /lib64 /bin",
            "image": "RootDirectory=/srv\nBindReadOnlyPaths=/lib /lib64 /bin/sleep",
            "reset": "ExecStartPre=",
        ]
        let cures = [
            "tmp": "BindReadOnlyPaths=-/run/portreserve",
            "root": "BindReadOnlyPaths=-/run/portreserve",
            "image": "BindReadOnlyPaths=-/run/portreserve /usr/sbin/portrelease",
            "reset": "ExecStartPre=-+/usr/sbin/portrelease reset",
        ]
        var files = units(Array(own.keys))
        for (number, name) in own.keys.sorted().enumerated() {
            files["/etc/portreserve/\(name)"] = "\(4000 + number)/tcp\n"
            files["/etc/systemd/system/\(name).service.d/override.conf"] =
                "[Service]\n\(own[name] ?? "")\n"
            files["/opt/\(name).conf"] = "[Service]\n\(cures[name] ?? "")\n"
        }
        files["/srv/run/empty"] = ""
        try playInstalled(
            files,
            """
            for number, name in enumerate(["image", "reset", "root", "tmp"]):
                def starts(state):
                    run("systemctl", "restart", f"{name}.service")
                    same(f"{name}", record(4000 + number)["state"], state)
                starts("held")
                os.rename(f"/opt/{name}.conf", f"/etc/systemd/system/{name}.service.d/z.conf")
                run("systemctl", "daemon-reload")
                starts("released")
            """)
    }

    private let services = [
        "plain", "alias", "tmpl", "lis", "each", "sysv", "a b", "x%h${HOME}", "ä\"q", "-v",
    ]
    private let serviceUnits = [
        "plain", "real", "tmpl@", "lis", "each@", #"a\x20b"#, #"x\x25h\x24\x7bHOME\x7d"#,
        #"\xc3\xa4\x22q"#, "-v",
    ]
    private let script = """
        #!/bin/sh
        ### BEGIN INIT INFO
        # Provides: sysv
        # Required-Start:
        # Required-Stop:
        # Default-Start: 2 3 4 5
        # Default-Stop: 0 1 6
        ### END INIT INFO
        [ "$1" != start ] || sleep infinity &

        """

    /// Units that bind nothing and stay: while they do, what was released is not held again.
    private func units(_ names: [String]) -> [String: String] {
        let text = "[Service]\nType=exec\nExecStart=/bin/sleep infinity\n"
        return Dictionary(
            uniqueKeysWithValues: names.map { ("/etc/systemd/system/\($0).service", text) })
    }

    /// Boots a system with the files, in which the daemon holds its ports before others start.
    private func boot(_ files: [String: String], _ script: String) throws {
        try Room.run { room in
            var files = files
            files["/etc/systemd/system/portreserve.service"] = """
                [Unit]
                DefaultDependencies=no
                Before=sysinit.target
                [Service]
                Type=forking
                PIDFile=/run/portreserve.pid
                ExecStart=/usr/sbin/portreserve --stay
                """
            files["/etc/systemd/system/sysinit.target.d/portreserve.conf"] =
                "[Unit]\nWants=portreserve.service\n"

            let end = try room.boot(files, generating: true, script)

            #expect(end.status == 0, room.story)
        }
    }
}
