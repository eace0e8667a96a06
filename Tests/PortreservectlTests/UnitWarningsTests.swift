import Reservations
import Testing
import Text

@Suite("portreservectl check: what is legal but unwise in the units of a file")
struct UnitWarningsTests {
    private static let own = """
        there is no unit 'cups.service' to ask for its ports: install it, name another by 'unit', or \
        call portrelease(8)
        """
    private static let named = "there is no unit 'cusp.service', which the file names"

    @Test(
        "a unit that is not there, of the file's own name or named in it",
        arguments: [
            ("631/tcp", [], [own]), ("631/tcp", ["cups@.service"], []),
            ("631/tcp", ["cups.timer", "cupsd.service"], [own]), ("631/tcp share", [], []),
            ("631/tcp permanent", [], []), ("631/udp\n632/tcp share", [], [own]),
            ("unit cusp.service\n631/tcp", ["cups.service"], [named]),
            ("unit cusp.service\n631/tcp share", ["cups.service"], [named]),
            ("unit cusp.service cusp.service\n631/tcp", [], [named]),
            ("unit cusp.service cups.service\n631/tcp", ["cups.service"], [named]),
            ("unit x.slice\n631/tcp", [], [own]), ("unguarded\n631/tcp", [], [own]),
            ("unit cups@a.service\n631/tcp", ["cups@.service"], []), ("# none\n", [], []),
        ])
    func missing(contents: String, units: [String], told: [String]) throws {
        let found = try warnings(["cups": contents], on: Machine(units))
        #expect(found == told.map { "/etc/portreserve/cups: warning: \($0)" }, "\(contents)")
    }

    @Test("a socket unit on one of the ports asks as well as a service does")
    func sockets() throws {
        let socket = "[Socket]\nListenStream=631\nService=printer.service\n"
        let machine = Machine(units: ["cups.socket": socket])
        #expect(try warnings(["cups": "ipp/tcp\n"], on: machine).isEmpty)
        #expect(try warnings(["printer": "ipp/tcp\n"], on: machine).isEmpty)
        let told = try warnings(["cups": "632/tcp\n"], on: machine)
        #expect(told == ["/etc/portreserve/cups: warning: \(Self.own)"])
    }

    @Test("another name of a unit is that unit, and a masked one is there")
    func aliases() throws {
        let machine = Machine(units: [
            "cups.service": "-> real.service", "real.service": "", "off.service": "-> /dev/null",
            "log.service": "-> systemd-journald.service", "systemd-journald.service": "",
        ])
        #expect(try warnings(["cups": "1/tcp\n", "off": "2/tcp\n"], on: machine).isEmpty)
        #expect(
            try warnings(["log": "3/tcp\n"], on: machine) == [
                """
                /etc/portreserve/log: warning: 'systemd-journald.service' cannot be made to ask for \
                its ports: portreserve writes its log to it
                """
            ])
    }

    @Test(
        "a unit that cannot be made to ask, and no word more",
        arguments: [
            ("portreserve", "'portreserve.service'", "portreserve cannot wait for itself"),
            ("user", "'user@.service'", "it would be every user's manager"),
            ("foo-", "'foo-.service'", "it would be every unit's that begins so"),
            ("*", "no unit", "'*' stands for every service"),
        ])
    func refused(service: String, unit: String, why: String) throws {
        let told = try warnings([service: "22/tcp"], on: Machine(["user@.service"]))
        #expect(
            told == [
                """
                /etc/portreserve/\(service): warning: \(unit) can\(unit == "no unit" ? "" : "not") be \
                made to ask for its ports: \(why)
                """
            ])
    }

    @Test("a name that is not UTF-8, and one that is no unit's as it stands")
    func oddNames() throws {
        let file = { (name: [UInt8]) in
            ConfigurationFile(Array("22/tcp".utf8), service: ServiceName(Text(name)), path: "x")
        }
        let machine = Machine(["my\\x20svc.service"])
        #expect(try warnings([file(Array("my svc".utf8))], on: machine).isEmpty)
        #expect(
            try warnings([file([0x62, 0xff])], on: machine)
                == ["x: warning: no unit can be made to ask for its ports: the name is not UTF-8"])
    }

    @Test("a unit that the generator has not had ask yet, where the files are its")
    func unasked() throws {
        var machine = Machine(["cups.service", "db.service", "late.service", "vpn@.service"])
        machine.asking = ["cups.service", "db.service", "late.service"]
        let files = [
            "cups": "631/tcp\n", "db": "1/tcp\n", "late": "2/tcp\n", "vpn": "3/tcp\n",
            "never": "4/tcp permanent\n",
        ]
        let late = { (unit: String) in
            "'\(unit)' does not ask for its ports yet: 'systemctl daemon-reload' has it do so"
        }
        let told = try warnings(files, on: machine, areInstalled: true)
        #expect(
            told == [
                "/etc/portreserve/late: warning: \(late("late.service"))",
                "/etc/portreserve/vpn: warning: \(late("vpn@.service"))",
            ])
        #expect(try warnings(files, on: machine).isEmpty)
    }

    @Test("a file of any name needs no unit of it, but those that it names")
    func unnamed() throws {
        let told = try warnings(
            ["new": "unit cusp.service\n22/tcp", "*": "23/tcp"], on: Machine(), areNamed: false)
        #expect(told == ["/etc/portreserve/new: warning: \(Self.named)"])
    }
}
