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
