import Reservations
import Testing
import Text

@testable import Generator

@Suite("generator: a drop-in") struct DropInTests {
    @Test("of a service asks for its ports, wants nothing, and says how to do without")
    func whole() {
        let dropIn = DropIn(unit: "cups.service", files: [ConfigurationFile("cups", "631")])

        let text = """
            # Made by portreserve-generator(8) for /etc/portreserve/cups.
            # A link to /dev/null switches it off: \
            /etc/systemd/system/cups.service.d/50-portreserve.conf
            # portreserve: cups
            [Unit]
            After=portreserve.service
            [Service]
            ExecStartPre=-+/usr/sbin/portrelease cups

            """
        #expect("\(dropIn.text(Phrases()))" == text)
    }

    @Test("of a socket has its command in that section")
    func socket() {
        let dropIn = DropIn(unit: "cups.socket", files: [ConfigurationFile("cups", "631")])

        let lines = "\(dropIn.text(Phrases()))".split(separator: "\n")
        #expect(lines[5...] == ["[Socket]", "ExecStartPre=-+/usr/sbin/portrelease cups"])
    }

    @Test(
        "names its services so that systemd and portrelease read them as they are",
        arguments: [
            (["cups", "ipp"], " cups ipp"),
            (["100%"], " 100%%"),
            (["$HOME", "a${B}"], #" $$HOME a$$\x7bB\x7d"#),
            (["a b\"'"], #" a\x20b\x22\x27"#),
            ([#"a\x20b"#], #" a\x5cx20b"#),
            ([";"], #" \x3b"#),
            (["a\n[Unit]\nWants=x"], #" a\x0a\x5bUnit\x5d\x0aWants\x3dx"#),
            (["ä"], #" \xc3\xa4"#),
            (["-v"], " -- -v"),
            (["cups", "--help"], " -- cups --help"),
        ])
    func words(services: [String], words: String) {
        let files = services.map { ConfigurationFile($0, "631") }

        let text = "\(DropIn(unit: "a.service", files: files).text(Phrases()))"
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.first { $0.hasPrefix("Exec") } == "ExecStartPre=-+/usr/sbin/portrelease\(words)")
        #expect(lines.last == "")
        #expect(text.utf8.allSatisfy { $0 == 10 || $0 >= 32 })
    }

    @Test(
        "has a line for each service as its file is called, and none where that is more than a line",
        arguments: [
            (["cups", "ipp"], ["cups", "ipp"]),
            (["100%", "a b ", #"a\x20b\"#, "ä"], ["100%", "a b ", #"a\x20b\"#, "ä"]),
            (["a\nb", "a\rb", "a\u{7f}b", "\u{1}", "c"], ["c"]),
        ])
    func told(services: [String], told: [String]) {
        let files = services.map { ConfigurationFile($0, "631") }

        let text = "\(DropIn(unit: "a.service", files: files).text(Phrases()))"

        let lines = text.split(separator: "\n").filter { $0.hasPrefix("# portreserve: ") }
        #expect(lines == told.map { "# portreserve: \($0)" })
    }

    @Test("of several names of one unit is one, which asks for all of them")
    func merged() {
        let dropIns = decided(
            ["ipp": "unit cups.service\n631", "cups": "632", "lp": "unit lp.service\n515"])

        #expect(dropIns == ["cups.service: cups ipp", "lp.service: lp"])
    }
}

@Suite("generator: a service") struct SubjectTests {
    @Test(
        "has a drop-in for the unit that binds for it",
        arguments: [
            ("631", ["svc.service: svc"]),
            ("unit a.service b.service\n631", ["a.service: svc", "b.service: svc"]),
            ("unit a.service a.socket\n631\nunit a.service", ["a.service: svc", "a.socket: svc"]),
            ("631\nunit machine.slice a.scope b.service", ["b.service: svc"]),
            ("631\nunit machine.slice", ["svc.service: svc"]),
            ("631\nunit a@.service", ["a@.service: svc"]),
            ("631\nunit a.socket", ["a.socket: svc"]),
            ("nonsense/sctp", ["svc.service: svc"]),
        ])
    func unit(text: String, dropIns: [String]) { #expect(decided(["svc": text]) == dropIns) }

    @Test("has one for its template too, whose instances bind as it does")
    func template() {
        var known = KnownUnits()
        for name: UnitName in ["svc.service", "svc@.service", "svc@a.service", "other@.service"] {
            known.add(service: name)
        }

        #expect(decided(["svc": "631"], known) == ["svc.service: svc", "svc@.service: svc"])
        #expect(decided(["svc": "631\nunit other.service"], known) == ["other.service: svc"])
    }

    @Test("has it for the template that one of its name is another name of")
    func templateAlias() {
        var known = KnownUnits()
        known.add(service: "svc@.service")
        known.add(service: "real@.service")
        known.add(alias: "svc@.service", of: "real@.service")

        #expect(decided(["svc": "631"], known) == ["real@.service: svc", "svc.service: svc"])
        let named = decided(["x": "631\nunit svc@.service svc@7.service"], known)
        #expect(named == ["real@.service: x", "real@7.service: x"])
    }

    @Test("has none for a template, by whichever of its names, that serves one connection each")
    func acceptingAlias() {
        var known = KnownUnits()
        known.add(service: "svc@.service")
        known.add(service: "real@.service")
        known.add(alias: "svc@.service", of: "real@.service")
        known.add(SocketUnit("real.socket", "[Socket]\nAccept=yes\nListenStream=632"))

        #expect(decided(["svc": "631"], known) == ["svc.service: svc"])
    }

    @Test("has none for a template whose instances serve one connection each: its socket binds")
    func accepting() {
        var known = KnownUnits()
        known.add(service: "svc@.service")
        known.add(SocketUnit("svc.socket", "[Socket]\nAccept=yes\nListenStream=631"))

        #expect(decided(["svc": "631"], known) == ["svc.service: svc", "svc.socket: svc"])
    }

    @Test(
        "has one for its socket unit too, where that listens on a reserved port",
        arguments: [
            ("svc.socket", "ListenStream=631", "631/tcp", true),
            ("svc.socket", "ListenDatagram=631", "631/tcp", false),
            ("svc.socket", "ListenStream=631", "631", true),
            ("svc.socket", "ListenStream=632", "631/tcp", false),
            ("svc.socket", "ListenStream=632", "600-700/tcp", true),
            ("svc.socket", "ListenStream=/run/cups/cups.sock", "631/tcp", false),
            ("svc.socket", "ListenStream=127.0.0.1:631", "631/tcp", true),
            ("svc.socket", "ListenStream=631", "127.0.0.1:631/tcp", true),
            ("svc.socket", "ListenStream=127.0.0.2:631", "127.0.0.1:631/tcp", false),
            ("svc.socket", "ListenStream=[::1]:631", "[::1]:631/tcp", true),
            // systemd binds beside a hold that is shared.
            ("svc.socket", "ListenStream=631", "631/tcp share", false),
            ("svc.socket", "ListenStream=631\nListenDatagram=632", "631/tcp share\n632/udp", true),
            ("svc.socket", "ListenStream=631", "ipp/tcp", true),
            ("svc.socket", "ListenDatagram=631", "ipp/tcp", false),
            ("svc.socket", "ListenStream=632", "ipp/tcp", false),
            // Of another name, but for this service.
            ("svc-tcp.socket", "ListenStream=631\nService=svc.service", "631/tcp", true),
            ("svc-tcp.socket", "ListenStream=631\nService=svc@%i.service", "631/tcp", true),
            ("svc@.socket", "ListenStream=631", "631/tcp", true),
            ("svc@1.socket", "ListenStream=631", "631/tcp", true),
            ("svc.socket", "ListenStream=631\nService=other.service", "631/tcp", true),
            ("svc-tcp.socket", "ListenStream=631", "631/tcp\nunit a.service svc-tcp.socket", true),
            ("a.socket", "ListenStream=631", "631/tcp\nunit a.service", true),
            // A stranger's.
            ("other.socket", "ListenStream=631", "631/tcp", false),
            ("svc-tcp.socket", "ListenStream=631\nService=other@.service", "631/tcp", false),
        ])
    func socket(name: String, lines: String, text: String, isAsking: Bool) {
        let unit = UnitName(stringLiteral: name)
        var known = KnownUnits()
        known.add(SocketUnit(unit, "[Socket]\n\(lines)"))

        let asking = decided(["svc": text], known).contains("\(name): svc")

        #expect(asking == isAsking)
    }

    @Test("known by another name of its unit has the drop-in of the unit, and of its socket")
    func alias() {
        var known = KnownUnits()
        known.add(alias: "sshd.service", of: "ssh.service")
        known.add(SocketUnit("ssh.socket", "[Socket]\nListenStream=22"))
        known.add(alias: "b.service", of: "c.service")
        known.add(alias: "c.service", of: "b.service")

        let dropIns = decided(["sshd": "22", "ssh": "22", "b": "23"], known)

        #expect(dropIns == ["b.service: b", "ssh.service: ssh sshd", "ssh.socket: ssh sshd"])
    }

    @Test("without names looked up is taken for one that may have any port")
    func unknown() {
        var known = KnownUnits()
        known.add(SocketUnit("svc.socket", "[Socket]\nListenStream=632"))
        let subject = Subject(ConfigurationFile("svc", "ipp"), among: known)

        #expect(subject.needsNames)
        #expect(subject.asking(nil) == ["svc.service", "svc.socket"])
        #expect(subject.asking(names) == ["svc.service"])
    }

    @Test("whose unit can have no drop-in is said, with its file")
    func ignored() {
        let files = ["a-", "b"].map { ConfigurationFile($0, "631") }
        let dropIns = DropIns(files.map { Subject($0, among: KnownUnits()) }, names: nil)

        #expect(dropIns.all.map { $0.unit } == ["b.service"])
        let said = dropIns.ignored.map { "\($0.text)" }
        #expect(
            said == [
                "/etc/portreserve/a-: no drop-in for 'a-.service': it would be every unit's that begins so"
            ])
    }
}

private var names: ServicesDatabase {
    ServicesDatabase(Array("ipp 631/tcp\n".utf8), path: "/etc/services")
}

/// Each drop-in as `UNIT: SERVICE ...`.
private func decided(
    _ files: [String: String], _ known: KnownUnits = KnownUnits()
) -> [String] {
    let subjects = files.map { Subject(ConfigurationFile($0, $1), among: known) }
    return DropIns(subjects, names: names).all.map { dropIn in
        let services = dropIn.files.map { "\(Text($0.service.bytes))" }
        return "\(dropIn.unit.text): \(services.joined(separator: " "))"
    }
}
