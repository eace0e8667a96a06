import Seeded
import Testing
import Text

@testable import Reservations

@Suite("overlaps in a plan") struct PlanOverlapTests {
    @Test(
        "a port without an address and with one is an error at the second line",
        arguments: [
            ("631/tcp", "127.0.0.1:631/tcp", "127.0.0.1:631/tcp", "overlaps 631/tcp of"),
            ("127.0.0.1:631/tcp", "631/tcp", "631/tcp", "overlaps 127.0.0.1:631/tcp of"),
            ("631", "[::1]:631/udp", "[::1]:631/udp", "overlaps 631/udp of"),
            ("[::1]:631/udp", "631", "631", "overlaps [::1]:631/udp of"),
            ("600-700/tcp", "10.0.0.1:631/tcp", "10.0.0.1:631/tcp", "overlaps 631/tcp of"),
            ("10.0.0.1:631/tcp", "600-700", "600-700", "overlaps 10.0.0.1:631/tcp of"),
        ])
    func wildcard(first: String, second: String, word: String, why: String) {
        let alone = Plan([("a", first)])
        let oneFile = Plan([("a", "\(first)\n\(second)")])
        let twoFiles = Plan([("b", second), ("a", first)])

        #expect(oneFile.entries.map { $0.endpoint } == alone.entries.map { $0.endpoint })
        #expect(twoFiles.entries.map { $0.endpoint } == alone.entries.map { $0.endpoint })
        let place = "'\(word)': \(why) /etc/portreserve/a:1, ignoring this line"
        #expect(
            oneFile.diagnostics.map { $0.text.description } == ["/etc/portreserve/a:2:1: \(place)"])
        #expect(
            twoFiles.diagnostics.map { $0.text.description } == ["/etc/portreserve/b:1:1: \(place)"]
        )
    }

    @Test("several addresses of a port are one service's")
    func oneService() {
        let plan = Plan([("a", "10.0.0.1:7/tcp\n10.0.0.2:7/tcp\n[::1]:7/tcp\n10.0.0.1:7/tcp")])

        #expect(plan.shown == ["a: 10.0.0.1:7/tcp 10.0.0.2:7/tcp [::1]:7/tcp"])
        #expect(plan.diagnostics.isEmpty)
    }

    @Test("a second service on another address of the port is refused")
    func twoServices() {
        let plan = Plan([("a", "\n10.0.0.1:7/tcp"), ("b", "[::1]:7/tcp\n[::1]:7/udp")])

        #expect(plan.shown == ["a: 10.0.0.1:7/tcp", "b: [::1]:7/udp"])
        let whole =
            "/etc/portreserve/b:1:1: '[::1]:7/tcp': 7/tcp is already 'a', /etc/portreserve/a:2, "
            + "on another address, ignoring this line"
        #expect(plan.diagnostics.map { $0.text.description } == [whole])
    }

    @Test("a second service on the same address is let in, beside others of the first")
    func sameAddress() {
        let both = "10.0.0.1:7/tcp\n10.0.0.2:7/tcp"
        let plan = Plan([("a", "10.0.0.1:7/tcp"), ("b", "10.0.0.1:7/tcp")])
        let refused = Plan([("a", both), ("b", "10.0.0.2:7/tcp")])

        #expect(plan.shown == ["a: 10.0.0.1:7/tcp", "b: 10.0.0.1:7/tcp!"])
        #expect(plan.diagnostics.isEmpty)
        #expect(refused.shown.first == "a: 10.0.0.1:7/tcp 10.0.0.2:7/tcp")
        #expect(refused.diagnostics.count == 1)
    }

    @Test("protocols, ports and lines that are refused do not overlap")
    func apart() {
        let plan = Plan([
            ("a", "7/tcp"), ("b", "10.0.0.1:7/udp\n10.0.0.1:8/tcp\n10.0.0.1:7/tcp"), ("c", "8/udp"),
        ])

        #expect(plan.shown == ["a: 7/tcp", "b: 10.0.0.1:7/udp 10.0.0.1:8/tcp", "c: 8/udp"])
        #expect(plan.diagnostics.count == 1)
    }

    @Test("a line of which one endpoint is refused reserves none")
    func allOrNothing() {
        let plan = Plan([("a", "127.0.0.1:9/udp"), ("b", "7-9\n5")])

        #expect(plan.shown == ["a: 127.0.0.1:9/udp", "b: 5/tcp 5/udp"])
    }

    /// Endpoints that would stand in each other's way, or are two services' by address.
    private func clash(_ one: Plan.Entry, _ other: Plan.Entry) -> Bool {
        let (left, right) = (one.endpoint, other.endpoint)
        guard left.transport == right.transport, left.port == right.port else { return false }
        return left == right || left.address == .any || right.address == .any
            || one.owner != other.owner
    }

    @Test("no seed's plan has two endpoints that clash", arguments: UInt64(0)..<30)
    func seeded(seed: UInt64) {
        var random = Seeded(state: seed)
        let places = ["", "", "10.0.0.1:", "10.0.0.2:", "[::1]:"]
        let files = (0..<5).map { number -> (service: Text, text: String) in
            let lines = (0..<6).map { _ in
                let low = Int.random(in: 1...8, using: &random)
                let high = low + Int.random(in: 0...2, using: &random)
                let transport = ["", "/tcp", "/udp"].randomElement(using: &random) ?? ""
                return (places.randomElement(using: &random) ?? "") + "\(low)-\(high)\(transport)"
            }
            return (Text(bytes("s\(number)")), lines.joined(separator: "\n"))
        }

        let plan = Plan(files)

        for (index, entry) in plan.entries.enumerated() {
            let others = plan.entries[(index + 1)...]
            #expect(!others.contains { clash(entry, $0) }, "\(entry.endpoint) of \(files)")
            #expect(plan.index(of: entry.endpoint) == index)
        }
        let lines = Set(plan.diagnostics.map { "\($0.path):\($0.line)" })
        for (number, service) in plan.services.enumerated() {
            let own = plan.reservations[service.reservations]
            #expect(Set(own.map { $0.entry }).count == own.count, "\(number) reserves one twice")
            #expect(!own.contains { lines.contains("\(service.path):\($0.line)") }, "half a line")
        }
    }
}

@Suite("the bound on endpoints") struct PlanBoundTests {
    @Test("every port of both protocols fits, and not one more")
    func all() {
        let text = "1-65535\n"
        let plan = Plan([("a", text)])

        #expect(plan.entries.count == 131_070)
        #expect(plan.reservations.count == 131_070)
        #expect(plan.diagnostics.isEmpty)
    }

    @Test("a line that passes the bound is refused whole, and a later one that fits is not")
    func above() {
        let most = Plan([
            ("a", "1-65534"), ("b", "10.0.0.1:65535\n"), ("c", "10.0.0.2:65535/tcp\n"),
        ])
        let plan = Plan([
            (
                "a",
                "1-65534/tcp\n1-65534/udp\n10.0.0.1:65535/tcp\n10.0.0.2:65535\n10.0.0.3:65535/udp"
            )
        ])

        #expect(most.entries.count == 131_070)
        #expect(plan.entries.count == 131_070)
        let whole =
            "/etc/portreserve/a:4:1: '10.0.0.2:65535': more than 131070 endpoints in all, "
            + "ignoring this line"
        #expect(plan.diagnostics.map { $0.text.description } == [whole])
    }

    @Test("a line that names again what is there does not count")
    func again() {
        let plan = Plan([("a", "1-40000"), ("b", "1-40000"), ("c", "631")])

        #expect(plan.entries.count == 80_000)
        #expect(plan.reservations.count == 160_002)
        #expect(plan.diagnostics.isEmpty)
    }
}
