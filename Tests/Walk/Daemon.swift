import Reservations

/// The interpreter of effects, and the news that it takes.
extension World {
    /// Takes an event about one endpoint, and does what has to be done.
    mutating func give(_ event: Event, _ slot: Int) {
        let before = slots[slot].state
        let steps = table.take(event, slots[slot].entry)
        note("takes", of: .slot(slot), event)
        run(steps)
        if !odds.stays, event != .hold { checkFinal(before, slot) }
    }

    mutating func run(_ steps: [Step]) {
        for step in steps { execute(step) }
    }

    private mutating func execute(_ step: Step) {
        let slot = slotOf[step.entry]
        if step.old != slots[slot].state { fail("a step from where it does not stand", slot) }
        if step.new != step.old {
            schedule[.wake, slot] = never
            let isHurried = step.old != .released(.populated)
            if isHurried, step.new == .released(.besideServing) { hurry(slot) }
            slots[slot].state = step.new
        }
        if let afterMs = step.effects.wakeAfterMs { wake(slot, afterMs) }
        execute(step.effects.acts, slot)
    }

    private mutating func execute(_ acts: Effects.Acts, _ slot: Int) {
        let entry = slots[slot].entry
        if acts.contains(.allow) {
            slots[slot].rule = .service(serviceOf[table.claimant(of: entry)])
        }
        if acts.contains(.forbid) { slots[slot].rule = .nobody }
        if acts.contains(.close) { close(slot) }
        if acts.contains(.bind) {
            guard case .binding = table.state(of: entry) else {
                return fail("a bind that no state waits for", slot)
            }
            give(bind(slot), slot)
        }
        if acts.contains(.identify) { identify(slot) }
    }

    private mutating func wake(_ slot: Int, _ afterMs: Int) {
        if !(1...600_000).contains(afterMs) { fail("a wake out of its bounds", slot) }
        if !odds.stays { fail("a wake where everything is final", slot) }
        let early = afterMs < 100 ? 0 : random.below(20)
        let late = random.below(random.chance(20) ? 5_000 : 5)
        schedule[.wake, slot] = now + afterMs - early + late
    }

    mutating func identify(_ slot: Int) {
        if schedule[.identified, slot] != never { return }
        schedule[.identified, slot] = now + random.below(random.chance(100) ? 2_000 : 200)
    }

    private mutating func close(_ slot: Int) {
        if !slots[slot].hold { fail("closed what is not held", slot) }
        let entry = slots[slot].entry
        let keeping = table.keeping(of: entry)
        let isAllowed = slots[slot].rule == .service(serviceOf[table.claimant(of: entry)])
        if keeping == .guarded, !isAllowed { fail("closed before X was let in", slot) }
        if keeping == .shared { fail("closed what is shared", slot) }
        slots[slot].hold = false
    }

    private mutating func bind(_ slot: Int) -> Event {
        let it = slots[slot]
        let keeping = table.keeping(of: it.entry)
        if it.hold { fail("two holds of one endpoint", slot) }
        if keeping == .guarded, it.rule != .nobody { fail("bound before the rule", slot) }
        if now < it.refusedUntil { return .refused }
        if it.holder != .nobody { return .inUse }
        if it.timeWaitRefuses, now < it.timeWaitUntil { return .inUse }
        if keeping != .shared, isVowed(slot) { fail("held while its service is to bind", slot) }
        slots[slot].hold = true
        return .bound
    }

    /// Looks at what has come of itself; the daemon's sources are level-triggered.
    mutating func settle(_ slot: Int) {
        let it = slots[slot]
        switch it.state {
        case .released, .idle:
            if it.holder != .nobody, schedule[.bound, slot] == never {
                let isLost = random.chance(odds.lost)
                let seenMs =
                    odds.hasGuard ? (isLost ? 1_000 + random.below(4_000) : 0) : random.below(900)
                schedule[.bound, slot] = now + seenMs
            }
            let isUnwatched = it.state == .idle(.owners) && schedule[.ownersGone, slot] == never
            if isUnwatched, !isOwnerAlive(slot) {
                schedule[.ownersGone, slot] = now + random.below(5)
            }
        case .serving:
            // A dump makes good what news was lost.
            if it.holder == .nobody, schedule[.freed, slot] == never {
                schedule[.freed, slot] = now + 1_000 + random.below(4_000)
            }
        case .planned, .binding, .held, .busy, .failed: break
        }
    }

    func isOwnerAlive(_ slot: Int) -> Bool {
        guard case .service(let number) = slots[slot].owner else { return false }
        return services[number].isChildAlive && services[number].child == slots[slot].ownerChild
    }

    func presence(_ slot: Int) -> Presence {
        let entry = slots[slot].entry
        return entry < 0 ? .unknown : table.presence(of: entry)
    }
}
