import Testing
import Text

@testable import Reservations

/// A table whose one service `a` has been released by cgroup 7, and serves on its first endpoint.
private func served() -> Table {
    var table = Table(Plan([("a", "1/tcp\n2/tcp"), ("b", "3/tcp")]), stays: true)
    for entry in 0..<3 {
        _ = table.take(.started, entry)
        _ = table.take(.bound, entry)
    }
    _ = table.beginRelease(of: 0, by: [Place(id: 7, isPopulated: true)])
    for entry in 0..<2 { _ = table.release(entry, to: 0) }
    _ = table.take(.serviceBound, 0)
    return table
}

private func reloaded(_ old: Table, _ files: [(service: Text, text: String)]) -> Table {
    let plan = Plan(files)
    return Table(plan, keeping: Change(from: old.plan, to: plan), of: old)
}

@Suite("the table, at a reload") struct TableReloadTests {
    @Test("keeps states, places, claimants and generations, wherever they stand now")
    func kept() {
        let table = reloaded(
            served(), [("0", "9/tcp"), ("a", "2/tcp\n1/tcp"), ("b", "4/tcp")])

        #expect(table.plan.shown == ["0: 9/tcp", "a: 2/tcp 1/tcp", "b: 4/tcp"])
        let states = (0..<4).map { table.state(of: $0) }
        #expect(states == [.planned, .released(.populated), .serving, .planned])
        #expect((0..<4).map { table.claimant(of: $0) } == [0, 1, 1, 2])
        #expect(table.rule(of: 1).places.map { $0.id } == [7])
        #expect(table.rule(of: 1).generation == 1)
        #expect(table.rule(of: 0) == Rule() && table.heldCount == 0)
    }

    @Test("keeps whose an endpoint of two services is")
    func shared() {
        var old = Table(Plan([("a", "1/tcp"), ("b", "1/tcp")]), stays: true)
        _ = old.beginRelease(of: 1, by: [])
        _ = old.release(0, to: 1)

        let table = reloaded(old, [("a", "1/tcp"), ("aa", ""), ("b", "1/tcp")])

        #expect(table.claimant(of: 0) == 2)
    }

    @Test("lets what an endpoint waits for come, although its service has another name")
    func renamed() {
        var table = reloaded(served(), [("b", "3/tcp"), ("c", "1/tcp\n2/tcp")])

        #expect(table.reconcile().isEmpty, "what X was it is")
        #expect(table.presence(of: 1) == .populated)
        let steps = table.note(7, isPopulated: nil)

        #expect(
            steps.asked == [Asked(entry: 1, Effects(.identify)), Asked(entry: 2, Effects(.bind))])
    }

    @Test("lets it come although another service has the line now, and this one is still there")
    func moved() {
        var table = reloaded(served(), [("a", "1/tcp"), ("b", "2/tcp\n3/tcp")])

        #expect(table.claimant(of: 1) == 1)
        #expect(table.reconcile().isEmpty)
        #expect(table.note(7, isPopulated: nil).asked.contains(Asked(entry: 1, Effects(.bind))))
    }

    @Test("tells endpoints what X is where other places have come to it")
    func reconciled() {
        var old = served()
        _ = old.beginRelease(of: 1, by: [Place(id: 8, isPopulated: false)])
        _ = old.release(2, to: 1)
        #expect(old.state(of: 2) == .released(.empty))

        var table = reloaded(old, [("b", "3/tcp\n2/tcp")])
        let steps = table.reconcile()

        #expect(steps.asked == [Asked(entry: 0, Effects([], wakeAfterMs: 600_000))])
        #expect(table.state(of: 0) == .released(.populated))
    }
}
