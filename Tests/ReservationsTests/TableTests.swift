import Testing
import Text

@testable import Reservations

@Suite("the table") struct TableTests {
    private let plan = Plan([
        ("a", "1/tcp\n2/tcp"), ("b", "2/tcp\n3/tcp permanent"), ("c", "4/tcp"), ("d", ""),
    ])

    @Test("begins with every endpoint planned and none held")
    func beginning() {
        let table = Table(plan)

        #expect(plan.entries.indices.allSatisfy { table.state(of: $0) == .planned })
        #expect(table.heldCount == 0)
        #expect(table.heldServiceCount == 0)
    }

    @Test("a release of a service reaches its endpoints, shared and permanent ones too")
    func ofService() {
        let table = Table(plan)

        #expect((0..<4).map { table.entries(of: $0) } == [[0, 1], [1, 2], [3], []])
    }

    @Test("a release of every service leaves permanent endpoints alone")
    func ofEvery() {
        #expect(Table(plan).entriesNotPermanent() == [0, 1, 3])
    }

    @Test("says what has to be done, and counts holds")
    func holds() {
        var table = Table(plan)

        #expect(table.take(.started, 1) == .bind)
        #expect(table.heldCount == 0)
        #expect(table.take(.bound, 1) == nil)
        #expect(table.heldCount == 1)
        #expect(table.heldServiceCount == 2, "two services share it")
        #expect(table.take(.release, 1) == .close)
        #expect(table.take(.release, 1) == nil)
        #expect(table.heldCount == 0)
        #expect(table.state(of: 1) == .released)
    }

    @Test("begins anew with the states of what stays, and the rest planned")
    func keeping() {
        var old = Table(plan)
        for entry in 0..<4 {
            _ = old.take(.started, entry)
            _ = old.take([.bound, .inUse, .refused, .bound][entry], entry)
        }
        let next = Plan([("a", "9/tcp\n3/tcp"), ("b", "2/tcp"), ("c", "1/tcp")])

        let table = Table(next, keeping: Change(from: plan, to: next), of: old)

        #expect(next.shown == ["a: 9/tcp 3/tcp", "b: 2/tcp", "c: 1/tcp"])
        #expect((0..<4).map { table.state(of: $0) } == [.planned, .failed, .busy, .held])
        #expect(table.heldCount == 1 && table.heldServiceCount == 1)
    }

    @Test("counts as a recount does, whatever a seed does", arguments: UInt64(0)..<50)
    func walk(seed: UInt64) {
        var random = Seeded(state: seed)
        let plan = Plan(
            (0..<6).map { number -> (service: Text, text: String) in
                let ports = (0..<4).map { _ in "\(Int.random(in: 1...12, using: &random))/tcp\n" }
                return (Text([UInt8(ascii: "a") + UInt8(number)]), ports.joined())
            })
        var table = Table(plan)
        let refusedInTen = Int.random(in: 0...10, using: &random)
        func answer() -> Event {
            let isRefused = Int.random(in: 0..<10, using: &random) < refusedInTen
            return isRefused ? [.refused, .inUse].randomElement(using: &random) ?? .inUse : .bound
        }
        for step in 0..<200 {
            let entry = Int.random(in: plan.entries.indices, using: &random)
            let event = Int.random(in: 0..<3, using: &random)
            let isFirst = table.state(of: entry) == .planned
            if event > 0, isFirst {
                #expect(table.take(.started, entry) == .bind)
                #expect(table.take(answer(), entry) == nil)
            } else if event == 2 {
                let isHeld = table.state(of: entry) == .held
                #expect(table.take(.hold, entry) == (isHeld ? nil : .bind))
                if !isHeld { #expect(table.take(answer(), entry) == nil) }
            } else {
                let wasHeld = table.state(of: entry) == .held
                #expect(table.take(.release, entry) == (wasHeld ? .close : nil))
            }

            let held = Set(plan.entries.indices.filter { table.state(of: $0) == .held })
            let services = plan.services.indices.filter {
                !held.isDisjoint(with: table.entries(of: $0))
            }
            #expect(table.heldCount == held.count, "step \(step)")
            #expect(table.heldServiceCount == services.count, "step \(step)")
        }
    }
}
