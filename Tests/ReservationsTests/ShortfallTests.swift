import Seeded
import Testing
import Text

@testable import Reservations

/// A plan of services with so many endpoints each, `a` the first.
private func plan(_ counts: [Int]) -> Plan {
    var next = 1
    return Plan(
        counts.enumerated().map { number, count in
            let ports = (next..<next + count).map { "\($0)/tcp\n" }
            next += count
            return (Text([UInt8(ascii: "a") + UInt8(number)]), ports.joined())
        })
}

@Suite("a selection") struct ShortfallTests {
    @Test(
        "takes whole services in their order, then gives the others what is left",
        arguments: [
            ([2, 3], 5, [2, 3]), ([2, 3], 9, [2, 3]), ([2, 3], 4, [2, 2]), ([2, 3], 3, [2, 1]),
            ([2, 3], 2, [2, 0]), ([2, 3], 1, [1, 0]), ([2, 3], 0, [0, 0]), ([2, 3], -7, [0, 0]),
            ([5, 1, 1], 3, [1, 1, 1]), ([5, 4, 1], 3, [2, 0, 1]), ([3, 3, 3], 7, [3, 3, 1]),
            ([4, 3, 2, 1], 6, [4, 0, 2, 0]), ([], 0, []), ([0, 2], 1, [0, 1]),
        ] as [([Int], Int, [Int])])
    func chosen(counts: [Int], budget: Int, granted: [Int]) {
        let plan = plan(counts)

        let selection = Selection(of: plan, budget: budget)

        #expect(grants(selection, plan) == granted)
        let short = counts.indices.filter { granted[$0] < counts[$0] }.map {
            Shortfall(service: $0, missing: counts[$0] - granted[$0], wanted: counts[$0])
        }
        #expect(selection.shortfalls == short)
    }

    @Test("of a service that gets a part, the first endpoints are taken")
    func part() {
        #expect(Selection(of: plan([4]), budget: 2).isChosen == [true, true, false, false])
    }

    @Test("an endpoint of two services counts for its owner alone")
    func shared() {
        let plan = Plan([("a", "1/tcp"), ("b", "1/tcp\n2/tcp")])

        let selection = Selection(of: plan, budget: 1)

        #expect(selection.isChosen == [true, false])
        #expect(selection.shortfalls == [Shortfall(service: 1, missing: 1, wanted: 1)])
    }

    @Test("keeps its promises whatever a seed asks for", arguments: UInt64(0)..<100)
    func seeded(seed: UInt64) {
        var random = Seeded(state: seed)
        let top = Int.random(in: 1...12, using: &random)
        let counts = (0..<Int.random(in: 0...20, using: &random)).map { _ in
            Int.random(in: 0...top, using: &random)
        }
        let plan = plan(counts)
        let total = counts.reduce(0, +)
        let budget = Int.random(in: -2...total + 2, using: &random)

        let selection = Selection(of: plan, budget: budget)
        let granted = grants(selection, plan)

        let place: Comment = "\(counts), \(budget): \(granted)"
        #expect(granted.reduce(0, +) == min(max(budget, 0), total), "nothing is wasted: \(place)")
        #expect(
            selection.shortfalls.map { $0.wanted - $0.missing }
                == counts.indices.filter { granted[$0] < counts[$0] }.map { granted[$0] }, place)
        // Only the first of those that come off badly may get a part.
        let parts = selection.shortfalls.dropFirst().filter { granted[$0.service] > 0 }
        #expect(parts.isEmpty, place)
        // None is left out that would have fitted beside the whole ones before it.
        for shortfall in selection.shortfalls {
            let whole = counts.indices.prefix(shortfall.service).filter {
                granted[$0] == counts[$0]
            }
            let taken = whole.reduce(0) { $0 + counts[$1] }
            #expect(taken + shortfall.wanted > budget, place)
        }
    }

    private func grants(_ selection: Selection, _ plan: Plan) -> [Int] {
        var granted = Array(repeating: 0, count: plan.services.count)
        for (entry, isChosen) in zip(plan.entries, selection.isChosen) where isChosen {
            granted[entry.owner] += 1
        }
        return granted
    }
}
