import Seeded
import Testing
import Text

@testable import Reservations

/// A configuration that was right, and what becomes of its ports when it goes wrong.
@Suite("what a plan keeps of the one before") struct RetainedTests {
    private let old = Plan([("cups", "631/tcp\n632/tcp permanent"), ("imap", "993/tcp")])

    private func plan(
        _ files: [(service: Text, text: String)], unread: [Text] = []
    ) -> Plan {
        Plan(
            files.map { ConfigurationFile($0.text, service: $0.service) }, database: nil,
            unread: unread.map { ServiceName($0) }, after: old)
    }

    @Test("is nothing where all files are right")
    func right() {
        #expect(plan([("cups", "631/tcp")]).shown == ["cups: 631/tcp"])
        #expect(plan([]).shown.isEmpty)
    }

    @Test("is what a wrong file has lost, said once")
    func wrong() {
        let plan = plan([("cups", "631/tcp\n632/tpc"), ("imap", "993/tcp")])

        #expect(plan.shown == ["cups: 631/tcp 632/tcp", "imap: 993/tcp"])
        #expect(plan.entries.first { $0.endpoint.port == 632 }?.permanent == true)
        #expect(
            plan.diagnostics.map { $0.text.description } == [
                "/etc/portreserve/cups:2:1: '632/tpc': no such protocol, ignoring this line",
                "/etc/portreserve/cups: keeping 1 port that it named before",
            ])
    }

    @Test("is all of a file that cannot be read")
    func unread() {
        let plan = plan([("imap", "993/tcp")], unread: ["cups", "nosuch"])

        #expect(plan.shown == ["cups: 631/tcp 632/tcp", "imap: 993/tcp"])
        #expect(
            plan.diagnostics.map { $0.text.description } == [
                "/etc/portreserve/cups: keeping 2 ports that it named before"
            ])
    }

    @Test("has the line and the options that a wrong file gives it now")
    func again() {
        let plan = plan([("cups", "x/y\n632/tcp\n631/tcp share")])

        #expect(plan.shown == ["cups: 632/tcp 631/tcp"])
        #expect(plan.reservations.map { $0.line } == [2, 3])
        for entry in plan.entries {
            #expect(entry.line == (entry.endpoint.port == 632 ? 2 : 3))
            #expect(entry.share == (entry.endpoint.port == 631) && !entry.permanent)
        }
        #expect(plan.diagnostics.count == 1, "it names all that it had")
    }

    @Test(
        "has its own options, not those of others who named the same",
        arguments: ["", " share", " permanent", " share permanent"])
    func ownOptions(options: String) throws {
        let others = Plan([
            ("a", "7/tcp share permanent"), ("b", "7/tcp\n7/tcp\(options)\n7/tcp"),
            ("c", "7/tcp share permanent"),
        ])
        let wrong = ConfigurationFile("x/y", service: "b")

        let plan = Plan([wrong], database: nil, unread: [], after: others)
        let unread = Plan([], database: nil, unread: ["b"].map { ServiceName($0) }, after: plan)

        for plan in [plan, unread] {
            let entry = try #require(plan.entries.first)
            #expect(plan.shown == ["b: 7/tcp"])
            #expect(entry.share == options.contains("share"))
            #expect(entry.permanent == options.contains("permanent"))
        }
    }

    @Test("costs a reservation no more than three small numbers")
    func size() { #expect(MemoryLayout<Plan.Reservation>.stride == 12) }

    @Test("is the units, and being unguarded, of a file that cannot be read")
    func besideEndpoints() {
        let old = Plan([("cups", "631/tcp\nunit a.service b.socket\nunguarded")])
        let cups = ServiceName("cups")

        let plan = Plan([], database: nil, unread: [cups], after: old)

        #expect(plan.services.map { $0.units } == [["a.service", "b.socket"]])
        #expect(plan.services.map { $0.isUnguarded } == [true])
        #expect(plan.services.map { $0.reservations } == [0..<1])
    }
}

/// A row: what was, what is now, and what is planned.
struct Slip: Sendable, CustomTestStringConvertible {
    typealias Files = [(service: Text, text: String)]
    let testDescription: String
    let before: Files
    let now: Files
    let shown: [String]
    /// How many ports each file is said to keep.
    let keeping: [String]
}

@Suite("slips that touch more than one file") struct SlipTests {
    static let shared = [
        Slip(
            testDescription: "an endpoint of two files, one of them wrong, stays both files'",
            before: [("a", "631/tcp"), ("b", "631/tcp\n632/tcp")],
            now: [("a", "631/tcp"), ("b", "x/y")],
            shown: ["a: 631/tcp!", "b: 631/tcp 632/tcp"], keeping: ["b 2 ports"]),
        Slip(
            testDescription: "what a wrong file still names is not counted",
            before: [("a", "631/tcp"), ("b", "631/tcp\n632/tcp")],
            now: [("a", "631/tcp"), ("b", "x/y\n631/tcp")],
            shown: ["a: 631/tcp!", "b: 631/tcp 632/tcp"], keeping: ["b 1 port"]),
        Slip(
            testDescription: "three wrong files of one endpoint keep it once each",
            before: [("a", "1/tcp"), ("b", "1/tcp"), ("c", "1/tcp")],
            now: [("a", "x/y"), ("b", "x/y\n1/tcp"), ("c", "x/y")],
            shown: ["a: 1/tcp", "b: 1/tcp!", "c: 1/tcp!"], keeping: ["a 1 port", "c 1 port"]),
        Slip(
            testDescription: "what has moved is both files' until the wrong one is mended",
            before: [("cups", "631/tcp\n632/tcp")],
            now: [("cups", "x/y"), ("lpd", "631/tcp")],
            shown: ["cups: 631/tcp 632/tcp", "lpd: 631/tcp!"], keeping: ["cups 2 ports"]),
    ]

    static let spreading = [
        Slip(
            testDescription: "a file that is wrong for what another keeps, keeps too",
            before: [("a", "10.0.0.1:7/tcp"), ("b", "10.0.0.2:8/tcp")],
            now: [("a", "x/y"), ("b", "7/tcp")],
            shown: ["a: 10.0.0.1:7/tcp", "b: 10.0.0.2:8/tcp"], keeping: ["a 1 port", "b 1 port"]),
        Slip(
            testDescription: "and so on, against the order of names",
            before: [("a", "9/udp"), ("b", "10.0.0.2:8/tcp"), ("c", "10.0.0.1:7/tcp")],
            now: [("a", "8/tcp"), ("b", "7/tcp"), ("c", "x/y")],
            shown: ["a: 9/udp", "b: 10.0.0.2:8/tcp", "c: 10.0.0.1:7/tcp"],
            keeping: ["a 1 port", "b 1 port", "c 1 port"]),
        Slip(
            testDescription: "a wrong file's right line is refused for what another keeps",
            before: [("a", "631/tcp"), ("b", "10.0.0.1:635/tcp")],
            now: [("a", "x/y\n630-640/tcp"), ("b", "x/y")],
            shown: ["a: 631/tcp", "b: 10.0.0.1:635/tcp"], keeping: ["a 1 port", "b 1 port"]),
        Slip(
            testDescription: "what was there is not refused for what is new",
            before: [("b", "10.0.0.1:7/tcp")],
            now: [("a", "7/tcp"), ("b", "10.0.0.1:7/tcp")],
            shown: ["a:", "b: 10.0.0.1:7/tcp"], keeping: []),
    ]

    @Test("two files", arguments: shared + spreading)
    func slip(_ slip: Slip) {
        let files = slip.now.map { ConfigurationFile($0.text, service: $0.service) }

        let plan = Plan(files, database: nil, unread: [], after: Plan(slip.before))

        #expect(plan.shown == slip.shown)
        let texts = plan.diagnostics.map { $0.text.description }
        let said = slip.keeping.map { keeping in
            let words = keeping.split(separator: " ", maxSplits: 1)
            return "/etc/portreserve/\(words[0]): keeping \(words[1]) that it named before"
        }
        #expect(texts.filter { $0.contains("keeping") } == said)
    }

    /// A right file gives up what it no longer names, unless the turns have come to their end.
    @Test(
        "however long the chain of files in each other's way is, it ends in sixteen turns",
        .timeLimit(.minutes(1)), arguments: [(16, false), (17, true), (300, true)])
    func chain(length: Int, isCutShort: Bool) {
        let numbers = 1...length
        let names = numbers.map { Text(bytes("s\(10_000 + $0)")) }
        let was = numbers.map { "127.0.0.1:\($0)/udp" } + ["20001/udp\n20002/udp"]
        let now = numbers.map { $0 == length ? "x/y" : "\($0 + 1)/udp" } + ["20001/udp"]
        let old = Plan(Array(zip(names + ["right"], was)))
        let files = zip(names + ["right"], now).map { ConfigurationFile($1, service: $0) }

        let plan = Plan(files, database: nil, unread: [], after: old)

        let right = "right: 20001/udp" + (isCutShort ? " 20002/udp" : "")
        #expect(plan.shown == [right] + old.shown.dropFirst())
    }

    /// Files with slips in them; each seed has its own odds.
    private func files(_ random: inout Seeded, wrongInSix: Int) -> Slip.Files {
        let places = ["", "", "10.0.0.1:", "10.0.0.2:", "[::1]:"]
        return (0..<6).map { number in
            let lines = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                if Int.random(in: 0..<6, using: &random) < wrongInSix { return "x/y" }
                let low = Int.random(in: 1...12, using: &random)
                let high = low + Int.random(in: 0...2, using: &random)
                let transport = ["", "/tcp", "/udp"].randomElement(using: &random) ?? ""
                return (places.randomElement(using: &random) ?? "") + "\(low)-\(high)\(transport)"
            }
            return (Text(bytes("s\(number)")), lines.joined(separator: "\n"))
        }
    }

    private func endpoints(_ plan: Plan, of name: ServiceName) -> [Endpoint] {
        guard let number = plan.service(name) else { return [] }
        return plan.reservations[plan.services[number].reservations]
            .map { plan.entries[$0.entry].endpoint }
    }

    @Test("a wrong file that has not changed gets no port that it was refused before")
    func unchanged() {
        let (a, b) = (ServiceName("a"), ServiceName("b"))
        let files = [
            ConfigurationFile(Array("127.0.0.1:9/tcp\n".utf8), service: a, path: "a"),
            ConfigurationFile(
                Array("wrong/tcq\n127.0.0.1:9/tcp\n127.0.0.2:9/tcp\n".utf8), service: b,
                path: "b"),
        ]
        let plan = Plan(files, database: nil)

        let after = Plan(files, database: nil, unread: [], after: plan)

        #expect(after.entries.map { $0.endpoint.text } == ["127.0.0.1:9/tcp"])
        #expect(after.diagnostics.count == plan.diagnostics.count)
    }

    @Test(
        "no order of reloads costs a wrong or unread file an endpoint", arguments: UInt64(0)..<100)
    func walk(seed: UInt64) {
        var random = Seeded(state: seed)
        let wrongInSix = Int.random(in: 0...2, using: &random)
        let unreadInSix = Int.random(in: 0...3, using: &random)
        var old = Plan(files(&random, wrongInSix: wrongInSix))
        for step in 0..<20 {
            var files = files(&random, wrongInSix: wrongInSix)
                .map { ConfigurationFile($0.text, service: $0.service) }
            let unread = files.map { $0.service }
                .filter { _ in Int.random(in: 0..<6, using: &random) < unreadInSix }
            files.removeAll { unread.contains($0.service) }

            let plan = Plan(files, database: nil, unread: unread, after: old)

            let place: Comment = "seed \(seed), step \(step)"
            for name in Set(unread + plan.wrongServices) {
                let lost = Set(endpoints(old, of: name)).subtracting(endpoints(plan, of: name))
                #expect(lost.isEmpty, "\(name.text) loses \(lost.map(\.text)): \(place)")
            }
            for (number, service) in plan.services.enumerated() {
                let own = plan.reservations[service.reservations]
                #expect(Set(own.map(\.entry)).count == own.count, "one twice: \(place)")
                #expect(own.allSatisfy { $0.service == number }, place)
            }
            for entry in plan.entries where entry.endpoint.address != .any {
                let all = Endpoint(entry.endpoint.transport, .any, port: entry.endpoint.port)
                #expect(plan.index(of: all) == nil, "\(all.text) overlaps: \(place)")
            }
            old = plan
        }
    }
}
