import Reservations
import Testing
import Text

@testable import Generator

@Suite("generator: a unit's name") struct UnitNameTests {
    /// What `systemctl start NAME` makes of each.
    @Test(
        "is the service's, with what no unit may hold as \\xNN",
        arguments: [
            ("cups", "cups.service"),
            ("rpc-statd", "rpc-statd.service"),
            ("a:b_C9", "a:b_C9.service"),
            ("pg@15-main", "pg@15-main.service"),
            ("a b", #"a\x20b.service"#),
            (#"a\x20b"#, #"a\x20b.service"#),
            ("a\n[Service]", #"a\x0a\x5bService\x5d.service"#),
            ("100%", #"100\x25.service"#),
            ("ä", #"\xc3\xa4.service"#),
            ("\u{7f}", #"\x7f.service"#),
        ])
    func escapes(service: String, unit: String) {
        let name = UnitName(of: ServiceName(Text(Array(service.utf8))))

        #expect(name == UnitName(stringLiteral: unit))
        #expect(name.refusal == nil)
    }

    @Test(
        "is refused where a drop-in would be another unit's too, or could not be",
        arguments: [
            ("foo-", "every unit's"), ("-", "every unit's"), ("foo-@", "every unit's"),
            ("foo-@bar", "every unit's"), ("@foo", "no unit"), ("portreserve", "wait for itself"),
            (String(repeating: "x", count: 246), "too long"),
            (String(repeating: " ", count: 62), "too long"),
        ])
    func refused(service: String, why: String) {
        let name = UnitName(of: ServiceName(Text(Array(service.utf8))))

        #expect("\(name.refusal ?? "")".contains(why), "\(name.text)")
    }

    @Test(
        "is refused where portreserve starts after the unit, or it is every user's manager",
        arguments: [
            ("portreserve-state.service", "wait for itself"),
            ("systemd-journald.service", "its log"),
            ("systemd-journald.socket", "its log"),
            ("systemd-journald-dev-log.socket", "its log"),
            ("systemd-journald-audit.socket", "its log"),
            ("systemd-journald@x.service", "its log"),
            ("systemd-journald-varlink@.socket", "its log"),
            ("user@.service", "every user's manager"),
            ("systemd-journal-remote.service", ""),
            ("systemd-journal-gatewayd.socket", ""),
            ("systemd-journaldx.service", ""),
            ("portreserve-states.service", ""),
            ("user.service", ""),
            ("users@.service", ""),
        ])
    func cyclic(name: String, why: String) {
        let refusal = "\(UnitName(stringLiteral: name).refusal ?? "")"

        #expect(why.isEmpty ? refusal.isEmpty : refusal.contains(why))
    }

    @Test("of 253 bytes can have a drop-in")
    func long() {
        let name = UnitName(of: ServiceName(Text(Array(repeating: 0x78, count: 245))))

        #expect(name.text.bytes.count == 253)
        #expect(name.refusal == nil)
    }

    @Test(
        "has a section by its type, and a template",
        arguments: [
            ("a.service", "Service", "a@.service"), ("a.b.socket", "Socket", "a.b@.socket"),
            ("a@b.c@d.service", "Service", "a@.service"), ("a.slice", "", "a@.slice"),
        ])
    func parts(name: String, section: String, template: String) {
        let name = UnitName(stringLiteral: name)

        #expect("\(name.section ?? "")" == section)
        #expect(name.template == UnitName(stringLiteral: template))
    }
}
