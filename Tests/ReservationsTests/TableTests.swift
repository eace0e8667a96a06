import Testing
import Text

@testable import Reservations

/// What has to be done about one endpoint.
struct Asked: Equatable {
    let entry: Int
    let effects: Effects

    init(entry: Int, _ effects: Effects) {
        self.entry = entry
        self.effects = effects
    }
}

extension [Step] {
    /// What they ask for, whatever has led to it.
    var asked: [Asked] { map { Asked(entry: $0.entry, $0.effects) } }
}

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

        #expect(table.take(.started, 1).asked == [Asked(entry: 1, Effects(.bind))])
        #expect(table.heldCount == 0)
        #expect(table.take(.bound, 1).asked == [Asked(entry: 1, .none)])
        #expect(table.heldCount == 1)
        #expect(table.heldServiceCount == 2, "two services share it")
        #expect(table.release(1, to: 1).asked == [Asked(entry: 1, Effects(.close))])
        #expect(table.release(1, to: 1).asked == [Asked(entry: 1, .none)])
        #expect(table.heldCount == 0 && table.heldServiceCount == 0)
        #expect(table.state(of: 1) == .released(.unknown))
    }

    @Test("says with each step what has happened, and where the endpoint stood and stands")
    func steps() {
        var table = Table(Plan([("a", "1/tcp")]))
        let shown = { (event: Event) in table.take(event, 0).map { ($0.event, $0.old, $0.new) } }

        let first = shown(.started)
        #expect(first.count == 1)
        #expect(first.allSatisfy { $0 == (.started, .planned, .binding(attempt: 0)) })
        #expect(shown(.refused).allSatisfy { $0 == (.refused, .binding(attempt: 0), .failed) })
    }

    @Test("calls it a retry only where a busy endpoint was tried before, and is tried again")
    func retries() {
        var table = Table(Plan([("a", "1/tcp")]), stays: true)
        let events: [Event] = [
            .started, .inUse, .due, .inUse, .due, .bound, .release(.unknown), .hold, .inUse,
            .freed(.unknown), .bound,
        ]

        let retries = events.flatMap { table.take($0, 0) }.map { $0.isRetry }

        #expect(
            retries
                == [
                    false, false, true, true, true, false, false, false, false, false, false,
                ])
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
        let busy = State.busy(attempt: 0, isAsked: false)
        #expect((0..<4).map { table.state(of: $0) } == [.planned, .failed, busy, .held])
        #expect(table.heldCount == 1 && table.heldServiceCount == 1)
    }
}
