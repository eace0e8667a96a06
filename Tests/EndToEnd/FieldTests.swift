/// CASES.md, "Cases from the field": the files that real packages ship, under the claim that a user
/// of each would make. The thieves of C25 and C27 are in the thieves' own files.

import Glibc
import Testing

@Suite("files of real packages")
struct FieldTests {
    struct Package: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let files: [String: String]
        var services = Services.redHat
        let holds: Set<String>
        /// Which lines are told as wrong.
        var told: [String] = []
    }

    static let packages = [
        Package(
            testDescription: "C25: the eight ports of README.Debian",
            files: [
                "mail": "992\n993\n994\n995\n", "cups": "631\n", "ldaps": "636\n",
                "kadmin": "749\n", "spamd": "783\n", "rsync": "873\n",
            ],
            holds: Set(
                [631, 636, 749, 783, 873, 992, 993, 994, 995].flatMap {
                    ["\($0)/tcp", "\($0)/udp"]
                }
            )),
        Package(
            testDescription: "C50: the dummy of those whose service failed with nothing to hold",
            files: ["named": "rndc/tcp\n", "dummy": "discard\n"],
            holds: ["953/tcp", "9/tcp", "9/udp"]),
        Package(
            testDescription: "C56: the three files of krb5, whose names are aliases",
            files: [
                "kerberos-iv": "kerberos-iv\n", "kerberos-adm": "kerberos-adm/tcp\n",
                "krb5_prop": "krb5_prop/tcp\n",
            ],
            holds: ["750/tcp", "750/udp", "749/tcp", "754/tcp"]),
        Package(
            testDescription: "C56: the same with Debian's services",
            files: [
                "kerberos-iv": "kerberos-iv\n", "kerberos-adm": "kerberos-adm/tcp\n",
                "krb5_prop": "krb5_prop/tcp\n",
            ], services: Services.debian,
            holds: ["750/tcp", "750/udp", "749/tcp", "754/tcp"]),
        Package(
            testDescription: "C57: xha", files: ["xhad": "ha-cluster\n"],
            holds: ["694/tcp", "694/udp"]),
        Package(
            testDescription: "C57: xha where no one names ha-cluster",
            files: ["xhad": "ha-cluster\n"],
            services: Services.debian, holds: [], told: ["xhad:1:1: 'ha-cluster'"]),
        Package(
            testDescription: "C58: spamd, a bare number", files: ["spamd": "783\n"],
            holds: ["783/tcp", "783/udp"]),
        Package(
            testDescription: "C59: cups with RHEL's services", files: ["cups": "ipp\n"],
            holds: ["631/tcp", "631/udp"]),
        Package(
            testDescription: "C59: cups with Debian's services", files: ["cups": "ipp\n"],
            services: Services.debian, holds: ["631/tcp"]),
        Package(
            testDescription: "C61: named where /etc/services lacks rndc",
            files: ["named": "rndc/tcp\n", "cups": "ipp\n"], services: Services.debian,
            holds: ["631/tcp"], told: ["named:1:1: 'rndc/tcp'"]),
        Package(
            testDescription: "C62: slapd", files: ["slapd": "ldap\nldaps\n"],
            holds: ["389/tcp", "389/udp", "636/tcp", "636/udp"]),
    ]

    @Test(
        "each is held as the package means it, and released by its file's name", arguments: packages
    )
    func held(package: Package) throws {
        try Room.run(services: package.services) { room in
            for (name, text) in package.files { room.configure(name, text) }

            let daemon = try room.startDaemon("-d")

            #expect(heldEndpoints(among: 1...1023) == package.holds, room.story)
            let told = daemon.diagnostics
            #expect(told.count == package.told.count, room.story)
            for (line, start) in zip(told, package.told) {
                #expect(line.hasPrefix("/etc/portreserve/\(start)"), room.story)
            }
            for name in package.files.keys.sorted() {
                #expect(try room.run("portrelease", name).status == 0, room.story)
            }
            if package.holds.isEmpty {
                #expect(try daemon.stop() == 0, room.story)
            } else {
                #expect(try daemon.program.wait() == 0, room.story)
            }
            #expect(heldEndpoints(among: 1...1023).isEmpty, room.story)
        }
    }

    @Test("C57: neither [::] alone nor ::1 gets the heartbeat's port, with either option")
    func heartbeat() throws {
        try Room.run { room in
            room.configure("xhad", "ha-cluster\n")
            _ = try room.startDaemon("-f")

            for endpoint: Endpoint in [
                "[::]:694/udp", "[::1]:694/udp", "[::]:694/tcp", "[::1]:694/tcp",
            ] {
                for polite in [false, true] {
                    #expect(
                        refusal(endpoint, reuseAddress: polite) == .addressInUse,
                        "\(endpoint): \(room.story)")
                    #expect(throws: Errno.addressInUse, "\(endpoint): \(room.story)") {
                        try bind(endpoint, reuseAddress: polite, reusePort: true)
                    }
                }
            }
        }
    }

    @Test("C62: slapd binds both families one by one after one release", arguments: [true, false])
    func slapd(polite: Bool) throws {
        try Room.run { room in
            room.configure("slapd", "ldap/tcp\nldaps/tcp\n")
            let daemon = try room.startDaemon("-d")
            #expect(isHeld("389/tcp") && isHeld("636/tcp"), room.story)

            try room.run("portrelease", "slapd")
            #expect(try daemon.program.wait() == 0, room.story)

            var servers: [Bound] = []
            for endpoint: Endpoint in [
                "0.0.0.0:389/tcp", "[::]:389/tcp", "0.0.0.0:636/tcp", "[::]:636/tcp",
            ] {
                let server = try bind(endpoint, reuseAddress: polite)
                try server.listen()
                servers.append(server)
            }
            withExtendedLifetime(servers) {}
        }
    }
}

@Suite("the daemon where there is little to do, or nobody to ask")
struct LittleToDoTests {
    struct Nothing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let told: Int
        let make: @Sendable (Room) -> Void
    }

    static let nothings = [
        Nothing(testDescription: "an empty folder", told: 0) { _ in },
        Nothing(testDescription: "no folder", told: 1) { $0.removeDirectory("/etc/portreserve") },
        Nothing(testDescription: "only unreadable files", told: 2) {
            $0.write("/etc/portreserve/a", bytes: Array("631\n".utf8), mode: 0)
            $0.write("/etc/portreserve/b", bytes: Array("632\n".utf8), mode: 0)
        },
        Nothing(testDescription: "only unknown names", told: 2) {
            $0.configure("a", "nosuch\nnorthis/tcp\n")
        },
    ]

    @Test(
        "C50: with nothing to hold the start is a success, and the daemon stays",
        arguments: nothings, [[], ["-f"]])
    func nothing(nothing: Nothing, options: [String]) throws {
        try Room.run { room in
            nothing.make(room)

            let daemon = try room.startDaemon(options, with: .obeyingModes)

            #expect(daemon.ready == "portreserve: nothing is reserved", room.story)
            #expect(daemon.diagnostics.count == nothing.told, room.story)
            #expect(room.exists("/proc/\(daemon.innerPid)"), room.story)
            #expect(try room.run("portrelease", "cups").status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("C33: nsswitch with a dead LDAP server first stops nobody: files only, ready in 100 ms")
    func ldap() throws {
        try Room.run { room in
            room.write("/etc/nsswitch.conf", "services: ldap nis files\nhosts: ldap dns files\n")
            room.write("/etc/resolv.conf", "nameserver 192.0.2.1\noptions timeout:30\n")
            room.configure("cups", "ipp\n")
            var fastest = Duration.seconds(60)

            // The machine may be busy with other tests; a start that hangs hangs each time.
            for _ in 0..<5 {
                let start = ContinuousClock.now
                let daemon = try room.startDaemon("-f")
                fastest = min(fastest, ContinuousClock.now - start)
                #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
                let maps = room.read("/proc/\(daemon.innerPid)/maps") ?? ""
                #expect(!maps.contains("libnss"), "NSS is loaded: \(maps)")
                #expect(try daemon.stop() == 0, room.story)
            }

            #expect(fastest < .milliseconds(100), room.story)
        }
    }
}
