import Testing
import Text

@testable import Reservations

/// A table whose bound endpoints are held.
private struct Played {
    var table: Table

    init(_ files: [(service: Text, text: String)], stays: Bool = true, isGuarded: Bool = false) {
        table = Table(Plan(files), stays: stays, isGuarded: isGuarded)
        for entry in table.plan.entries.indices {
            _ = table.take(.started, entry)
            _ = table.take(.bound, entry)
        }
    }

    /// Releases a service as the daemon does; 0: by nobody known.
    mutating func release(_ service: Int, by id: UInt64 = 0, isPopulated: Bool = true) -> [Step] {
        let place = id == 0 ? nil : Place(id: id, isPopulated: isPopulated)
        var steps = table.beginRelease(of: service, by: place.map { [$0] } ?? [])
        for entry in table.entries(of: service) { steps += table.release(entry, to: service) }
        return steps
    }

    mutating func take(_ event: Event, _ entry: Int) -> [Step] { table.take(event, entry) }

    var states: [State] { table.plan.entries.indices.map { table.state(of: $0) } }
}

@Suite("the table, as time goes on") struct TableLifeTests {
    @Test("knows four ways of keeping: share is for tcp, and goes before the guard")
    func keeping() {
        let files: [(service: Text, text: String)] = [
            ("a", "1/tcp\n2 share"), ("b", "unguarded\n3/tcp\n4/tcp share"), ("c", "3/tcp"),
        ]
        func shown(stays: Bool, isGuarded: Bool) -> [Keeping] {
            let table = Table(Plan(files), stays: stays, isGuarded: isGuarded)
            return table.plan.entries.indices.map { table.keeping(of: $0) }
        }

        #expect(Plan(files).shown == ["a: 1/tcp 2/tcp 2/udp", "b: 3/tcp 4/tcp", "c: 3/tcp!"])
        #expect(shown(stays: false, isGuarded: true) == Array(repeating: .once, count: 5))
        #expect(
            shown(stays: true, isGuarded: false)
                == [.unguarded, .shared, .unguarded, .unguarded, .shared])
        #expect(
            shown(stays: true, isGuarded: true)
                == [.guarded, .shared, .guarded, .unguarded, .shared])
    }

    @Test("keeps an endpoint without the guard if one of its services is without, whoever has it")
    func unguarded() {
        var played = Played(
            [("a", "unguarded\n1/tcp"), ("b", "1/tcp")], isGuarded: true)

        #expect(played.table.keeping(of: 0) == .unguarded)
        _ = played.release(1)
        #expect(played.table.keeping(of: 0) == .unguarded)
    }

    @Test("lets an endpoint be whose it was last released to")
    func claimants() {
        var played = Played([("a", "1/tcp\n2/tcp"), ("b", "2/tcp")])

        #expect(played.table.claimant(of: 1) == 0)
        _ = played.release(1, by: 7)
        #expect(played.table.claimant(of: 1) == 1)
        #expect(played.states == [.held, .released(.populated)])
        _ = played.release(0, by: 8)
        #expect(played.table.claimant(of: 1) == 0)
    }

    @Test("leaves an endpoint to its service while that serves, whoever else is released")
    func claimantServing() {
        var played = Played([("a", "1/tcp"), ("b", "1/tcp")])
        _ = played.release(0, by: 7)
        _ = played.take(.serviceBound, 0)

        let steps = played.release(1, by: 8)

        #expect(steps.asked == [Asked(entry: 0, .none)])
        #expect(played.table.claimant(of: 0) == 0)
        #expect(played.table.note(8, isPopulated: nil).isEmpty)
        #expect(
            played.table.note(7, isPopulated: nil).asked == [Asked(entry: 0, Effects(.identify))])
    }

    @Test("gives an endpoint to whose process has it, and its rule with it")
    func claiming() {
        var played = Played([("a", "1/tcp"), ("b", "1/tcp")], isGuarded: true)
        _ = played.release(0)
        _ = played.take(.serviceBound, 0)

        #expect(played.table.claim(0, by: 0).isEmpty)
        #expect(played.table.claim(0, by: 1).asked == [Asked(entry: 0, Effects(.allow))])
        #expect(played.table.claimant(of: 0) == 1)
    }

    @Test("ignores a cgroup that bound under an older generation")
    func generations() {
        var played = Played([("a", "1/tcp")])
        _ = played.release(0)
        _ = played.release(0)

        #expect(played.table.enter(Place(id: 7, isPopulated: true), 0, generation: 1).isEmpty)
        #expect(played.table.presence(of: 0) == .unknown)
        _ = played.table.enter(Place(id: 7, isPopulated: true), 0, generation: 2)
        #expect(played.table.presence(of: 0) == .populated)
    }

    @Test("hurries an endpoint that was released before another one of its service serves")
    func otherServesAfter() {
        var played = Played([("a", "1/tcp\n2/tcp"), ("b", "3/tcp")])
        _ = played.release(0)
        _ = played.release(1)

        let steps = played.take(.serviceBound, 0)

        #expect(
            steps.asked == [
                Asked(entry: 0, Effects(.identify)),
                Asked(entry: 1, Effects([], wakeAfterMs: 90_000)),
            ])
        #expect(played.states == [.serving, .released(.besideServing), .released(.unknown)])
    }

    @Test("hurries an endpoint of the service whose process turns out to have another one")
    func otherServesByClaim() {
        var played = Played([("a", "1/tcp"), ("b", "1/tcp\n2/tcp")])
        _ = played.release(1)
        _ = played.release(0)
        _ = played.take(.serviceBound, 0)
        #expect(played.states == [.serving, .released(.unknown)])

        let steps = played.table.claim(0, by: 1)

        #expect(steps.asked.last == Asked(entry: 1, Effects([], wakeAfterMs: 90_000)))
        #expect(played.states == [.serving, .released(.besideServing)])
    }

    @Test("hurries an endpoint that is released after another one of its service serves")
    func otherServesBefore() {
        var played = Played([("a", "1/tcp\n2/tcp")])
        _ = played.release(0)
        _ = played.take(.serviceBound, 0)
        _ = played.take(.hold, 1)
        _ = played.take(.bound, 1)

        let steps = played.release(0)

        #expect(
            steps.asked.last == Asked(entry: 1, Effects([], wakeAfterMs: 90_000)))
        #expect(played.states == [.serving, .released(.besideServing)])
    }

    @Test("does not hurry an endpoint of another service, nor one whose X is there")
    func otherServesNot() {
        var shared = Played([("a", "1/tcp\n2/tcp"), ("b", "2/tcp")])
        _ = shared.release(0)
        _ = shared.release(1)
        #expect(shared.take(.serviceBound, 0).count == 1)

        var known = Played([("a", "1/tcp\n2/tcp")])
        _ = known.release(0, by: 7)
        _ = known.take(.serviceBound, 0)
        #expect(known.states == [.serving, .released(.populated)])
    }

    @Test("tells all endpoints of a service what becomes of X, once")
    func news() {
        var played = Played([("a", "1/tcp\n2/tcp"), ("b", "3/tcp")])
        _ = played.release(0, by: 7)

        #expect(played.table.note(8, isPopulated: false).isEmpty, "no place of ours")
        #expect(played.table.note(7, isPopulated: true).isEmpty, "nothing new")
        let steps = played.table.note(7, isPopulated: false)

        #expect(steps.map { $0.entry } == [0, 1])
        #expect(played.states == [.released(.empty), .released(.empty), .held])
        #expect(played.table.note(7, isPopulated: false).isEmpty)
        #expect(
            played.table.note(7, isPopulated: nil).map { $0.effects } == [
                Effects(.bind), Effects(.bind),
            ])
        #expect(played.table.watchedPlaces.isEmpty)
    }

    @Test("tells other endpoints that X is there when a bind shows it")
    func newsByBind() {
        var played = Played([("a", "1/tcp\n2/tcp")])
        _ = played.release(0, by: 7, isPopulated: false)
        #expect(played.states == [.released(.empty), .released(.empty)])

        let place = Place(id: 7, isPopulated: true)
        let steps = played.table.enter(place, 0, generation: 1)

        #expect(steps.map { $0.effects.wakeAfterMs } == [600_000, 600_000])
        #expect(played.states == [.released(.populated), .released(.populated)])
    }

    @Test("lets a start by hand have its time although an old X vanishes late")
    func lateRemoval() {
        var played = Played([("a", "1/tcp")])
        _ = played.release(0, by: 7)
        _ = played.table.note(7, isPopulated: false)

        _ = played.release(0)
        #expect(played.states == [.released(.unknown)])

        #expect(played.table.note(7, isPopulated: nil).asked == [Asked(entry: 0, .none)])
        #expect(played.states == [.released(.unknown)])
        #expect(played.table.presence(of: 0) == .unknown)
    }

    @Test("leaves a permanent endpoint alone when all others are released")
    func permanent() {
        var played = Played([("a", "1/tcp\n2/tcp permanent"), ("b", "2/tcp")])

        for service in 0..<2 { _ = played.table.beginRelease(of: service, by: []) }
        for entry in played.table.entriesNotPermanent() {
            _ = played.table.release(entry, to: played.table.claimant(of: entry))
        }

        #expect(played.states == [.released(.unknown), .held])
        #expect(played.table.claimant(of: 1) == 0)
        _ = played.release(1)
        #expect(played.states == [.released(.unknown), .released(.unknown)])
    }

    @Test("has nothing final undone without --stay")
    func once() {
        var played = Played([("a", "1/tcp\n2/tcp")], stays: false)
        _ = played.release(0, by: 7)

        let events: [Event] = [.serviceBound, .freed(.removed), .xRemoved, .due, .otherServes]
        let steps = events.flatMap { played.take($0, 0) } + played.table.note(7, isPopulated: nil)

        #expect(steps.allSatisfy { $0.effects == .none })
        #expect(played.states == [.released(.unknown), .released(.unknown)])
    }
}
