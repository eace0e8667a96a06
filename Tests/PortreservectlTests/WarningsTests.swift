import Reservations
import Testing
import Text

@testable import portreservectl

@Suite("portreservectl check: what is legal and unwise")
struct WarningsTests {
    /// What is said of files, a text each, on a machine with these units, and with this list.
    private func warnings(
        _ files: [String: String], units: Set<String>? = nil, spared: String? = nil,
        name: String? = nil, areNamed: Bool = true
    ) -> [String] {
        let files = files.map { name, contents in
            ConfigurationFile(
                Array(contents.utf8), service: ServiceName(text(name)),
                path: text("/etc/portreserve/\(name)"))
        }
        let database = ServicesDatabase(Array("ipp 631/tcp\nipp 631/udp\n".utf8), path: "services")
        let plan = Plan(files, database: database)
        #expect(plan.diagnostics.isEmpty, "nothing is wrong: \(plan.diagnostics.map(\.text))")
        var surroundings = Surroundings()
        surroundings.name = name.map { text($0) }
        surroundings.areNamed = areNamed
        surroundings.hasUnit = units.map { units in { units.contains("\($0)") } }
        surroundings.spared = spared.map { sparedPorts(Array($0.utf8)) }
        return plan.warnings(in: surroundings).map { "\($0.text)" }
    }

    @Test("nothing is unwise where all is as it should be")
    func nothing() {
        let files = [
            "cups": "ipp\n", "db": "127.0.0.1:5432/tcp share\n[::1]:5432/tcp\n",
            "bmc": "623/udp permanent\n", "vpn": "1194\n", "none": "# nothing\n",
            "kerberos": "unit kadmin.service machine-a.scope b@x.service\n749/tcp\n",
        ]
        let units: Set = [
            "cups.service", "db.service", "vpn@.service", "kadmin.service", "b@.service",
        ]
        #expect(warnings(files, units: units, spared: "623\n631\t# cups\n749#\n").isEmpty)
        #expect(warnings(files).isEmpty, "and where neither units nor a list are there")
    }

    @Test("two files on one endpoint, at the second one's line")
    func twice() {
        #expect(
            warnings(["a": "\n631/tcp\n", "b": "ipp\n", "c": "7000/tcp\n631/tcp\n"]) == [
                """
                /etc/portreserve/b:1: warning: 631/tcp is in /etc/portreserve/a:2 too: it is free as \
                soon as either service asks, and whoever goes for it is told of under 'a'
                """,
                """
                /etc/portreserve/c:2: warning: 631/tcp is in /etc/portreserve/a:2 too: it is free as \
                soon as either service asks, and whoever goes for it is told of under 'a'
                """,
            ])
        #expect(warnings(["a": "631/tcp\n631/tcp\n"]).isEmpty, "one file may say it twice")
    }

    @Test("a range is one line")
    func ranges() {
        let told = warnings(["a": "7000-7009/tcp\n", "b": "7005-7020/tcp\n7000/tcp\n"])
        #expect(told.count == 2)
        #expect(told.first?.contains("b:1: warning: 7005/tcp (and 4 others of this line)") == true)
        #expect(told.last?.contains("b:2: warning: 7000/tcp is in /etc/portreserve/a:1") == true)
    }

    @Test("'share' on udp")
    func shared() {
        #expect(
            warnings(["cups": "ipp share\n", "db": "5432/tcp share\n"]) == [
                """
                /etc/portreserve/cups:1: warning: 631/udp has no use for 'share', which is for TCP: \
                write a line for each protocol
                """
            ])
    }

    @Test(
        "a port in bindresvport's range that its list lacks",
        arguments: [
            ("599-600/tcp", "", "600/tcp"), ("1023-1024/udp", "600", "1023/udp"),
            ("631", "632 # not 631", "631/tcp (and 1 other of this line)"),
            ("631/tcp", "x631\n 631x\n99999\n", "631/tcp"),
        ])
    func unspared(line: String, list: String, told: String) {
        #expect(
            warnings(["cups": line], spared: list) == [
                """
                /etc/portreserve/cups:1: warning: \(told) is a port that RPC services go for: add it \
                to /etc/bindresvport.blacklist, which they heed
                """
            ])
    }

    @Test("a unit that is not there, of its own name or of the file's")
    func units() {
        let own =
            "warning: there is no unit 'cups.service': its ports are held until 'portrelease cups'"
        let named = "warning: there is no unit 'cusp.service', which the file names"
        let cases: [(String, Set<String>, [String])] = [
            ("631/tcp", [], [own]), ("631/tcp", ["cups@.service"], []),
            ("631/tcp", ["cups.socket"], [own]), ("631/tcp share", [], []),
            ("631 share", [], [own]), ("631/tcp permanent", [], []),
            ("unit cusp.service\n631/tcp", ["cups.service"], [named]),
            ("unit cusp.service cups.service\n631/tcp", ["cups.service"], [named]),
            ("unit x.slice\n631/tcp", [], [own]), ("unguarded\n631/tcp", [], [own]),
        ]
        for (contents, units, told) in cases {
            let found = warnings(["cups": contents], units: units).filter { !$0.contains("share") }
            #expect(found == told.map { "/etc/portreserve/cups: \($0)" }, "\(contents)")
        }
    }

    @Test("no unit is missed for a file of any name, unless it is said whose it is to become")
    func names() {
        #expect(warnings(["new": "22/tcp"], units: [], areNamed: false).isEmpty)
        #expect(warnings(["new": "22/tcp"], units: ["ssh.service"], name: "ssh").isEmpty)
        #expect(
            warnings(["new": "22/tcp"], units: ["new.service"], name: "ssh", areNamed: false) == [
                """
                /etc/portreserve/new: warning: there is no unit 'ssh.service': its ports are held \
                until 'portrelease ssh'
                """
            ])
    }

    @Test("a service whose unit the generator does not make ask")
    func refused() {
        #expect(
            warnings(["portreserve": "22/tcp"], units: ["portreserve.service"]) == [
                """
                /etc/portreserve/portreserve: warning: 'portreserve.service' is not made to ask for \
                its ports: portreserve cannot wait for itself
                """
            ])
        #expect(
            warnings(["*": "22/tcp"], units: ["\\x2a.service"]) == [
                """
                /etc/portreserve/*: warning: no unit is made to ask for its ports: '*' stands for \
                every service
                """
            ])
    }
}
