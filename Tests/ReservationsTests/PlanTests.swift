import Testing
import Text

@testable import Reservations

private let services = """
    ipp 631/tcp printer
    ipp 631/udp
    imaps 993/tcp
    syslog 514/udp
    shell 514/tcp cmd
    """

@Suite("a plan") struct PlanTests {
    @Test(
        "looks up what a name means",
        arguments: [
            ("ipp", "631/tcp 631/udp"), ("ipp/udp", "631/udp"), ("printer", "631/tcp"),
            ("imaps", "993/tcp"), ("imaps/tcp", "993/tcp"), ("syslog", "514/udp"),
            ("127.0.0.1:ipp/tcp", "127.0.0.1:631/tcp"),
            ("[::1]:ipp", "[::1]:631/tcp [::1]:631/udp"), ("7", "7/tcp 7/udp"),
            ("7-9/udp", "7/udp 8/udp 9/udp"), ("7-8", "7/tcp 8/tcp 7/udp 8/udp"),
            ("10.0.0.1:7-8/tcp", "10.0.0.1:7/tcp 10.0.0.1:8/tcp"),
        ])
    func endpoints(line: String, endpoints: String) {
        let plan = Plan([("cups", line)], services: services)

        #expect(plan.shown == ["cups: \(endpoints)"])
        #expect(plan.diagnostics.isEmpty)
    }

    @Test(
        "says which name is none",
        arguments: [
            ("nosuch", "no port, and no name in /etc/services"),
            ("nosuch/tcp", "no port, and no name in /etc/services"),
            ("IPP", "no port, and no name in /etc/services"),
            ("imaps/udp", "/etc/services does not name it for udp"),
            ("syslog/tcp", "/etc/services does not name it for tcp"),
            ("4001abc", "no port, and no name in /etc/services"),
        ])
    func noName(line: String, why: String) {
        let plan = Plan([("cups", "\n  \(line)\n7/tcp")], services: services)

        let whole = "/etc/portreserve/cups:2:3: '\(line)': \(why), ignoring this line"
        #expect(plan.diagnostics.map { $0.text.description } == [whole])
        #expect(plan.shown == ["cups: 7/tcp"])
    }

    @Test("has a bound for the ports that its claims name, the same again and again too")
    func claimedPorts() {
        let lines = String(repeating: "1-65535\n", count: 100)

        let plan = Plan([("a", lines), ("b", lines)])

        #expect(plan.entries.count == 131_070)
        #expect(plan.services.map { $0.reservations.count } == [131_070, 0])
        let why = "more than 524288 ports in all files together, ignoring this line"
        let first = "/etc/portreserve/a:5:1: '1-65535': \(why)"
        #expect(plan.diagnostics.first?.text.description == first)
        #expect(plan.diagnostics.count == 96 + 100)
    }

    @Test("without a database names are wrong and numbers count")
    func noDatabase() {
        let plan = Plan([ConfigurationFile("ipp\n7/tcp")], database: nil)

        let whole =
            "/etc/portreserve/cups:1:1: 'ipp': names cannot be looked up, ignoring this line"
        #expect(plan.diagnostics.map { $0.text.description } == [whole])
        #expect(plan.shown == ["cups: 7/tcp"])
    }

    @Test("takes the services in the order of their names, byte by byte")
    func order() {
        let plan = Plan([("b", "1/tcp"), ("a", "2/tcp"), ("B", "3/tcp"), ("aa", "4/tcp")])

        #expect(plan.shown == ["B: 3/tcp", "a: 2/tcp", "aa: 4/tcp", "b: 1/tcp"])
        #expect(plan.entries.map { $0.endpoint.port } == [3, 2, 4, 1])
    }

    @Test("two services may name one endpoint, and the first one owns it")
    func shared() {
        let plan = Plan([("b", "7\n8/tcp"), ("a", "7/tcp")])

        #expect(plan.shown == ["a: 7/tcp", "b: 7/tcp! 7/udp 8/tcp"])
        #expect(plan.diagnostics.isEmpty)
        #expect(plan.entries.count == 3)
    }

    @Test("a service that names an endpoint twice reserves it once")
    func duplicates() {
        let plan = Plan([("a", "7/tcp\n7\n5-9/tcp\nipp/tcp\n631/tcp")], services: services)

        #expect(plan.shown == ["a: 7/tcp 7/udp 5/tcp 6/tcp 8/tcp 9/tcp 631/tcp"])
        #expect(plan.entries.map { $0.line } == [1, 2, 3, 3, 3, 3, 4])
        #expect(plan.diagnostics.isEmpty)
    }

    @Test("an endpoint is shared, and permanent, when one of its claims says so")
    func options() {
        let plan = Plan([("a", "1/tcp share\n2/tcp\n3/tcp\n3/tcp share"), ("b", "2/tcp permanent")])

        #expect(plan.entries.map { $0.share } == [true, false, true])
        #expect(plan.entries.map { $0.permanent } == [false, true, false])
    }

    @Test("a reservation knows its own file's line, an entry its owner's")
    func lines() {
        let plan = Plan([("a", "\n7/tcp"), ("b", "\n\n\n7/tcp\n7/tcp")])

        #expect(plan.reservations.map { $0.line } == [2, 4])
        #expect(plan.entries.map { $0.line } == [2])
        #expect(plan.entries.map { $0.owner } == [0])
    }

    @Test("keeps units and the guard's word of each file")
    func units() {
        let plan = Plan([("b", "unit b.service"), ("a", "unguarded\n7")])

        #expect(plan.services.map { $0.units } == [[], ["b.service"]])
        #expect(plan.services.map { $0.isUnguarded } == [true, false])
        #expect(plan.services.map { $0.path } == ["/etc/portreserve/a", "/etc/portreserve/b"])
    }

    @Test("finds a service by its name, and an endpoint by itself", arguments: 0..<9)
    func finding(count: Int) {
        let plan = Plan((0..<count).map { (Text(bytes("s\($0)")), "\($0 + 1)/tcp") })

        for number in 0..<count {
            #expect(plan.service(ServiceName(Text(bytes("s\(number)")))) == number)
            #expect(plan.index(of: Endpoint(.tcp, .any, port: UInt16(number + 1))) == number)
        }
        #expect(plan.service(ServiceName("s")) == nil)
        #expect(plan.service(ServiceName("s00")) == nil)
        #expect(plan.service(ServiceName("z")) == nil)
        #expect(plan.index(of: Endpoint(.udp, .any, port: 1)) == nil)
        #expect(plan.index(of: Endpoint(.tcp, .ipv4(1), port: 1)) == nil)
    }

    @Test("of nothing is empty")
    func nothing() {
        let plan = Plan([], database: nil)

        #expect(plan.services.isEmpty && plan.entries.isEmpty && plan.reservations.isEmpty)
        #expect(plan.diagnostics.isEmpty)
    }

    @Test("says what is wrong in the order of files and lines, texts and claims together")
    func together() {
        let plan = Plan([("b", "x/y"), ("a", "nosuch\nz/y\nnosuch\nunit")])

        let places = plan.diagnostics.map { "\($0.path):\($0.line)" }
        let file = "/etc/portreserve/a:"
        #expect(places == ["\(file)1", "\(file)2", "\(file)3", "\(file)4", "/etc/portreserve/b:1"])
    }

    @Test("tells a hundred wrong claims of a file, and counts the rest")
    func diagnostics() {
        let text = String(repeating: "nosuch\n", count: 102)
        let plan = Plan([("a", text), ("b", "nosuch")])

        #expect(plan.diagnostics.count == 102)
        let rest = "/etc/portreserve/a: 2 more wrong lines are ignored, and not told"
        #expect(plan.diagnostics[100].text.description == rest)
        #expect(plan.diagnostics[101].path == "/etc/portreserve/b")
    }
}
