import Testing
import Text

@testable import Reservations

@Suite("a configuration file") struct ConfigurationFileTests {
    @Test(
        "asks for what its right lines say",
        arguments: [
            ("", []),
            ("ipp", ["1:1 * ipp both"]),
            ("ipp/tcp\n", ["1:1 * ipp tcp"]),
            ("ipp/TCP", ["1:1 * ipp tcp"]),
            ("ipp/uDp", ["1:1 * ipp udp"]),
            ("783/tcp", ["1:1 * 783-783 tcp"]),
            ("1", ["1:1 * 1-1 both"]),
            ("65535", ["1:1 * 65535-65535 both"]),
            ("000000631", ["1:1 * 631-631 both"]),
            ("1-65535/udp", ["1:1 * 1-65535 udp"]),
            ("7-7", ["1:1 * 7-7 both"]),
            ("127.0.0.1:5432/tcp", ["1:1 127.0.0.1 5432-5432 tcp"]),
            ("127.0.0.1:ipp", ["1:1 127.0.0.1 ipp both"]),
            ("[::1]:5432/tcp", ["1:1 ::1 5432-5432 tcp"]),
            ("[FEC0::1]:10-12", ["1:1 fec0::1 10-12 both"]),
            ("[2001:db8::1.2.3.4]:ipp/udp", ["1:1 2001:db8::102:304 ipp udp"]),
            ("ipp share", ["1:1 * ipp both share"]),
            ("ipp permanent", ["1:1 * ipp both permanent"]),
            ("ipp permanent share share", ["1:1 * ipp both share permanent"]),
            ("  ipp\tshare # a port\r\n", ["1:3 * ipp both share"]),
            ("# one\n\n631 # 632\n633", ["3:1 * 631-631 both", "4:1 * 633-633 both"]),
            ("\u{feff}ipp", ["1:1 * ipp both"]),
            ("a-b", ["1:1 * a-b both"]),
            ("4001-ipp", ["1:1 * 4001-ipp both"]),
            ("-5", ["1:1 * -5 both"]),
            ("0x1000", ["1:1 * 0x1000 both"]),
            ("größe/tcp", ["1:1 * größe tcp"]),
            ("share", ["1:1 * share both"]),
        ])
    func claims(text: String, claims: [String]) {
        let file = ConfigurationFile(text)

        #expect(file.claims.map { $0.shown } == claims)
        #expect(file.diagnostics.isEmpty)
        #expect(file.units.isEmpty && !file.isUnguarded)
    }

    @Test(
        "says what is wrong with a line, and where",
        arguments: [
            ("ipp/sctp", "1:1: 'ipp/sctp': no such protocol"),
            ("ipp/", "1:1: 'ipp/': no protocol after the '/'"),
            ("4001/tcp/udp", "1:1: '4001/tcp/udp': more than one protocol"),
            ("/tcp", "1:1: '/tcp': no port"),
            ("/", "1:1: '/': no port"),
            ("0", "1:1: '0': a port is a number from 1 to 65535"),
            ("65536", "1:1: '65536': a port is a number from 1 to 65535"),
            ("0000000631", "1:1: '0000000631': a port is a number from 1 to 65535"),
            ("0-5", "1:1: '0-5': a port is a number from 1 to 65535"),
            ("1-65536", "1:1: '1-65536': a port is a number from 1 to 65535"),
            ("4003-4001", "1:1: '4003-4001': the range ends before it begins"),
            ("1024 15999", "1:6: '15999': one endpoint a line; a range is written 1024-15999"),
            ("ipp shared", "1:5: 'shared': no such option ('share', 'permanent')"),
            ("ipp share Permanent", "1:11: 'Permanent': no such option ('share', 'permanent')"),
            ("unguarded yes", "1:11: 'yes': 'unguarded' stands alone"),
            ("unit", "1:1: 'unit': no unit is named"),
            ("\t\n\n  ipp/x # y", "3:3: 'ipp/x': no such protocol"),
            ("a\u{1b}b/x", #"1:1: 'a\x1bb/x': no such protocol"#),
        ])
    func wrong(text: String, diagnostic: String) {
        let file = ConfigurationFile(text)

        let whole = "/etc/portreserve/cups:\(diagnostic), ignoring this line"
        #expect(file.diagnostics.map { $0.text.description } == [whole])
        #expect(file.claims.isEmpty)
    }

    @Test(
        "refuses an address that cannot be held",
        arguments: [
            ("0.0.0.0:631", "the port alone means every address of both families"),
            ("[::]:631", "the port alone means every address of both families"),
            ("[0:0::0]:631", "the port alone means every address of both families"),
            ("[::ffff:127.0.0.1]:631", "an IPv4 address is written 127.0.0.1:631"),
            ("[fe80::1%eth0]:631", "an address with a zone cannot be held"),
            ("[fe80::1]:631", "an address of one link needs a zone, and cannot be held"),
            ("[FEBF:ffff::]:ipp/tcp", "an address of one link needs a zone, and cannot be held"),
            ("::1:631", "an IPv6 address is written [::1]:631"),
            ("[::1]", "an IPv6 address is written [::1]:631"),
            ("[::1]631", "an IPv6 address is written [::1]:631"),
            ("[::1:631", "an IPv6 address is written [::1]:631"),
            ("[:631", "an IPv6 address is written [::1]:631"),
            ("[]:631", "no such address"),
            ("[127.0.0.1]:631", "no such address"),
            ("[1.2.3.4::]:631", "no such address"),
            ("*:631", "no such address"),
            (":631", "no such address"),
            ("127.1:631", "no such address"),
            ("localhost:631", "no such address"),
            ("127.0.0.1:", "no port"),
            ("127.0.0.1:/tcp", "no port"),
            ("[::1]:", "no port"),
            ("127.0.0.1:0", "a port is a number from 1 to 65535"),
        ])
    func wrongAddress(text: String, why: String) {
        let file = ConfigurationFile(text)

        let whole = "/etc/portreserve/cups:1:1: '\(text)': \(why), ignoring this line"
        #expect(file.diagnostics.map { $0.text.description } == [whole])
        #expect(file.claims.isEmpty)
    }

    @Test("counts its right lines beside wrong ones")
    func mixed() {
        let file = ConfigurationFile("ipp/x\n631\nunit\n632 y\n633\n")

        #expect(file.claims.map { $0.line } == [2, 5])
        #expect(file.diagnostics.map { $0.line } == [1, 3, 4])
    }

    @Test("is its service's, by name and path")
    func name() {
        let file = ConfigurationFile("", service: "pg")

        #expect(file.service == ServiceName("pg"))
        #expect(file.path == "/etc/portreserve/pg")
    }

    @Test(
        "needs the services database only where a line has a name",
        arguments: [("631", false), ("ipp", true), ("631\n[::1]:ipp/tcp", true), ("ipp/x", false)])
    func needsNames(text: String, isSo: Bool) {
        #expect(ConfigurationFile(text).needsNames == isSo)
    }
}

@Suite("units and the guard in a configuration file") struct ConfigurationFileUnitTests {
    @Test("'unguarded' alone on a line counts")
    func unguarded() {
        #expect(ConfigurationFile("ipp\n unguarded # so\n").isUnguarded)
        #expect(!ConfigurationFile("unguarded x").isUnguarded)
        #expect(!ConfigurationFile("# unguarded").isUnguarded)
    }

    @Test("units add up over lines")
    func units() {
        let file = ConfigurationFile("unit a.service b.socket\nunit c.scope d.slice\n")

        #expect(file.units == ["a.service", "b.socket", "c.scope", "d.slice"])
        #expect(file.diagnostics.isEmpty)
    }

    @Test(
        "a unit's name is systemd's",
        arguments: [
            ("a.service", true), ("A-b_c:1.2@x\\x2d.service", true), ("x.socket", true),
            ("x.scope", true), ("x.slice", true), (".service", false), ("service", false),
            ("x.timer", false), ("x.service.", false), ("x.Service", false), ("x", false),
            ("a/b.service", false), ("é.service", false), ("a*.service", false),
        ])
    func unitName(name: String, isRight: Bool) {
        let file = ConfigurationFile("unit \(name)")

        #expect(file.units == (isRight ? [Text(bytes(name))] : []))
        let why = "'\(name)': not the name of a unit, such as 'kadmin.service'"
        let whole = "/etc/portreserve/cups:1:6: \(why), ignoring this line"
        #expect(file.diagnostics.map { $0.text.description } == (isRight ? [] : [whole]))
    }

    @Test("a line with one wrong unit names none")
    func halfWrong() {
        let file = ConfigurationFile("unit a.service b c.service\n")

        #expect(file.units.isEmpty)
        #expect(file.diagnostics.map { $0.column } == [16])
    }
}
