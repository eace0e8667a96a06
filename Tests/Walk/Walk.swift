import Reservations

/// A walk of one seed, as far as it goes.
struct Walk {
    static let stepsMax = 20_000

    /// The step after which something was wrong, and what.
    var stepCount = 0
    var failure: Failure?
    private(set) var world: World

    /// Goes so many steps, then everybody leaves, and all must come to be held.
    init(seed: UInt64, steps: Int, focus: Int? = nil, _ function: @escaping Function) {
        world = World(seed: seed, function)
        world.focus = focus
        while stepCount < steps, world.failure == nil {
            stepCount += 1
            world.step()
        }
        if world.failure == nil { world.drain() }
        failure = world.failure
    }

    /// The shortest walk of this seed that goes wrong, found by halves.
    static func shortest(seed: UInt64, steps: Int, _ function: @escaping Function) -> Walk {
        var right = 0
        var wrong = steps
        while wrong - right > 1 {
            let middle = right + (wrong - right) / 2
            if Walk(seed: seed, steps: middle, function).failure == nil {
                right = middle
            } else {
                wrong = middle
            }
        }
        let focus = Walk(seed: seed, steps: wrong, function).failure?.slot
        return Walk(seed: seed, steps: wrong, focus: focus, function)
    }

    /// What a person needs to see of a walk that went wrong.
    func lines(seed: UInt64) -> [String] {
        guard let failure else { return [] }
        let odds = world.odds
        let how = odds.stays ? odds.hasGuard ? "with a guard" : "without a guard" : "without --stay"
        return [
            "seed \(seed), step \(stepCount), \(how): slot \(failure.slot): \(failure.what)",
            "  \(world.slots[failure.slot])",
            "  \(world.shownRule(failure.slot))",
        ] + world.history.lines
    }
}

extension World {
    mutating func step() {
        let next = schedule.next
        if random.chance(odds.act) || next == nil {
            let mostMs = min((next?.time ?? now + 60_000) - now, 20_000)
            now += random.below(max(mostMs, 0) + 1)
            act()
        } else if let next {
            now = max(now, next.time)
            deliver(next.kind, next.index)
        }
        removeLate()
        check()
    }

    /// Everybody leaves, and eleven minutes pass.
    mutating func drain() {
        guard odds.stays else { return }
        for number in services.indices { die(number) }
        for slot in slots.indices {
            leave(slot)
            slots[slot].refusedUntil = 0
        }
        check()
        let end = now + 11 * 60_000
        while failure == nil, let next = schedule.next, next.time < end {
            now = max(now, next.time)
            deliver(next.kind, next.index)
            removeLate()
            check()
        }
        now = end
        for (number, slot) in slots.enumerated() where slot.entry >= 0 && !slot.hold {
            fail("not held again although all have left", number)
        }
    }
}

extension World {
    /// What the daemon knows of X there, and what is so.
    func shownRule(_ slot: Int) -> String {
        guard slots[slot].entry >= 0 else { return "not in the plan" }
        let claimant = table.claimant(of: slots[slot].entry)
        let rule = table.rule(of: claimant)
        let known = rule.places.map { place in
            let real = cgroups.firstIndex { $0.id == place.id }
            let truth =
                real.map {
                    " (\(cgroups[$0]), look \(schedule[.look, $0]), removal \(schedule[.removal, $0]), now \(now), late \(late))"
                } ?? " (gone)"
            return "\(place.id)\(place.isPopulated ? "+" : "-")" + truth
        }
        return "service \(serviceOf[claimant]), X \(rule.presence): \(known)"
    }
}
