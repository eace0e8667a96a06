import Testing

@testable import Reservations

extension Rule {
    /// `1+ 2-`: each place, and whether it is populated.
    fileprivate var shown: String {
        places.map { "\($0.id)\($0.isPopulated ? "+" : "-")" }.joined(separator: " ")
    }
}

@Suite("a service's rule") struct RuleTests {
    /// Released by each of these in turn: `1+` a populated cgroup, `2-` an empty one.
    private func rule(_ text: String) -> Rule {
        var rule = Rule()
        for word in text.split(separator: " ") {
            rule.release(by: place(String(word)), isServing: false)
        }
        return rule
    }

    private func place(_ word: String) -> Place? {
        UInt64(word.dropLast()).map { Place(id: $0, isPopulated: word.hasSuffix("+")) }
    }

    @Test("X is unknown until a place is let in, then populated if one place is")
    func presence() {
        let wanted: [(String, Presence)] = [
            ("", .unknown), ("1+", .populated), ("1-", .empty), ("1- 2-", .empty),
            ("1+ 2-", .populated), ("1- 2+", .populated),
        ]

        for (text, presence) in wanted { #expect(rule(text).presence == presence, "\(text)") }
    }

    @Test("X is removed when every place is, and not unknown")
    func removal() {
        var rule = rule("1+ 2-")

        let isOne = rule.remove(1)

        #expect(isOne && rule.presence == .empty)
        #expect(rule.remove(2) && rule.presence == .removed)
    }

    @Test("does not change by news of a cgroup that is no place of it")
    func strange() {
        var rule = rule("1+")
        let before = rule

        let isOne = rule.note(2, isPopulated: true) || rule.remove(2)

        #expect(!isOne && rule == before)
    }

    @Test("X is unknown after a release by nobody known, though an old place is there")
    func releaseByNobody() {
        for text in ["1-", "1+", ""] {
            var rule = rule(text)
            let before = rule.shown

            rule.release(by: nil, isServing: false)

            #expect(rule.presence == .unknown, "\(text)")
            #expect(rule.shown == before, "they may bind all the same")
        }
    }

    @Test("X is known after a release by nobody known, where somebody in it serves")
    func releaseWhileServing() {
        var rule = rule("1+")

        rule.release(by: nil, isServing: true)

        #expect(rule.presence == .populated && rule.generation == 2)
    }

    @Test("tells what has become of places that say nothing of who will bind")
    func population() {
        var rule = rule("1+")
        rule.release(by: nil, isServing: false)

        #expect(rule.population == .populated)
        #expect(rule.remove(1) && rule.population == .removed)
        #expect(rule.presence == .unknown)
    }

    @Test("X is known again when somebody binds, whose cgroup is then a place")
    func entering() {
        var rule = rule("1+")
        rule.release(by: nil, isServing: false)

        rule.enter(Place(id: 2, isPopulated: true))

        #expect(rule.presence == .populated && rule.shown == "1+ 2+")
    }

    @Test("begins a new generation with each release, and with no bind")
    func generations() {
        var rule = rule("1+ 1+ 2-")
        rule.enter(Place(id: 3, isPopulated: true))

        #expect(rule.generation == 3)
    }

    @Test("has a place once, as it was last seen")
    func again() {
        #expect(rule("1+ 2+ 1-").shown == "1- 2+")
    }

    @Test("has three places: a fourth takes the oldest one's, of those without a socket")
    func bound() {
        var rule = rule("1+ 2+ 3+")
        rule.bound(1)

        rule.enter(Place(id: 4, isPopulated: true))
        #expect(rule.shown == "1+ 3+ 4+")

        for id in UInt64(3)...4 { rule.bound(id) }
        rule.enter(Place(id: 5, isPopulated: true))
        #expect(rule.shown == "3+ 4+ 5+")
    }

    @Test("gives up a place with its last socket, where a newer one serves")
    func lettingGo() {
        var rule = rule("1+ 2+")
        rule.bound(1)
        rule.bound(1)
        rule.bound(2)

        rule.letGo(1)
        #expect(rule.shown == "1+ 2+", "one is left")
        rule.letGo(1)
        #expect(rule.shown == "2+")
        rule.letGo(2)
        #expect(rule.shown == "2+", "there is no newer one")
    }

    @Test("keeps a place without a socket while no newer one serves")
    func unused() {
        var rule = rule("1+ 2+")
        rule.bound(1)

        rule.letGo(1)
        rule.letGo(1)
        rule.letGo(7)

        #expect(rule.shown == "1+ 2+")
    }

    @Test("of a service that is no more goes on with its new name, and says nothing for others")
    func takingOver() {
        var renamed = Rule()
        renamed.takeOver(rule("1+"), isNew: true)
        #expect(renamed.presence == .populated && renamed.shown == "1+")

        var other = Rule()
        other.takeOver(rule("1+"), isNew: false)
        #expect(other.presence == .unknown && other.population == .populated)
    }

    @Test("who has bound what was everybody's is let in no longer once the service itself asks")
    func strangers() {
        for isServing in [false, true] {
            var rule = Rule()
            rule.release(by: nil, isServing: false)
            var stranger = Place(id: 1, isPopulated: true)
            stranger.isOwn = false
            rule.enter(stranger)
            rule.bound(1)
            rule.release(by: Place(id: 2, isPopulated: true), isServing: isServing)
            #expect(rule.shown == (isServing ? "1+ 2+" : "2+"))

            rule.release(by: Place(id: 3, isPopulated: true), isServing: false)
            #expect(rule.shown == "2+ 3+", "a unit of its own stays")
        }
    }

    @Test("lives as long as who has asked, where another unit of its has bound and is gone")
    func asker() {
        var rule = rule("1+")
        rule.enter(Place(id: 2, isPopulated: true))
        rule.bound(2)
        #expect(rule.remove(2) && rule.presence == .populated)
        #expect(rule.note(1, isPopulated: false) && rule.presence == .empty)

        var later = rule
        later.release(by: Place(id: 3, isPopulated: false), isServing: false)
        later.bound(3)
        #expect(later.note(1, isPopulated: true) && later.presence == .empty, "it asked before")
    }
}
