import Reservations

/// What must be so at all times.
extension World {
    mutating func vow(_ number: Int, _ slot: Int, until time: Int) {
        slots[slot].vowedTo = number
        slots[slot].vowedUntil = time
    }

    /// Another endpoint of its service serves: this one has had its chance.
    mutating func hurry(_ slot: Int) {
        slots[slot].vowedUntil = min(slots[slot].vowedUntil, now + 89_000)
    }

    /// Whether a service may not be refused there now, as far as we can see to it.
    func isVowed(_ slot: Int) -> Bool {
        let it = slots[slot]
        guard odds.stays, it.vowedTo >= 0, now <= it.vowedUntil else { return false }
        let service = services[it.vowedTo]
        return service.index >= 0 && service.phase != .down
    }

    /// A rule has room for so many places only: whose place has gone for another has no vow more.
    private mutating func dropVow(_ slot: Int) {
        let number = slots[slot].vowedTo
        guard number >= 0, services[number].index >= 0, let place = place(of: number) else {
            return
        }
        let places = table.rule(of: services[number].index).places
        let isFull = places.count == Rule.placesMax
        if isFull, !places.contains(where: { $0.id == place.id }) { slots[slot].vowedTo = -1 }
    }

    mutating func check() {
        if table.heldCount != slots.count(where: { $0.hold }) { fail("holds are miscounted", 0) }
        for slot in slots.indices where slots[slot].entry >= 0 {
            dropVow(slot)
            settle(slot)
            check(slot)
        }
    }

    private mutating func check(_ slot: Int) {
        let it = slots[slot]
        let isWoken = schedule[.wake, slot] != never
        if it.state != table.state(of: it.entry) { fail("a state that nobody was told of", slot) }
        if it.hold != (it.state == .held) { fail("held, and not a hold, or the reverse", slot) }
        if it.hold, it.transport == .udp, case .service = it.holder {
            fail("a hold takes a service's datagrams", slot)
        }
        if table.keeping(of: it.entry) == .guarded { checkRule(slot) }
        switch it.state {
        case .planned, .binding: fail("nobody sees to it", slot)
        case .held: break
        case .released(let unused):
            if odds.stays, !isWoken { fail("released without an end", slot) }
            check(slot, unused)
        case .serving:
            if !isWoken, it.holder == .nobody, schedule[.freed, slot] == never {
                fail("serving without an end", slot)
            }
        case .idle(let idle): check(slot, idle, isWoken: isWoken)
        case .busy(let attempt, _):
            if odds.stays, !isWoken { fail("busy without an end", slot) }
            if !(0...3).contains(attempt) { fail("attempts without bound", slot) }
        case .failed: if odds.stays, !isWoken { fail("failed without an end", slot) }
        }
        if !odds.stays { checkOnce(slot) }
    }

    private mutating func checkOnce(_ slot: Int) {
        switch slots[slot].state {
        case .planned, .binding, .held, .released, .busy, .failed: break
        case .serving, .idle: fail("a life after the release, without --stay", slot)
        }
    }

    /// Without `--stay`, a release and a refused bind are the end.
    mutating func checkFinal(_ before: State, _ slot: Int) {
        switch before {
        case .released, .busy, .failed:
            if slots[slot].state != before { fail("not final, without --stay", slot) }
        case .planned, .binding, .held, .serving, .idle: break
        }
    }

    private mutating func checkRule(_ slot: Int) {
        let it = slots[slot]
        let claimant = serviceOf[table.claimant(of: it.entry)]
        let isRight =
            switch it.state {
            case .planned: true
            case .held, .binding, .failed, .busy(_, isAsked: false): it.rule == .nobody
            case .released, .serving, .idle, .busy(_, isAsked: true):
                it.rule == .service(claimant)
            }
        if !isRight { fail("a rule that is not its state's", slot) }
    }

    private func population(_ slot: Int) -> Presence {
        table.rule(of: table.claimant(of: slots[slot].entry)).population
    }

    private mutating func check(_ slot: Int, _ unused: State.Unused) {
        switch unused {
        case .unknown, .besideServing: break
        case .populated: if population(slot) != .populated { fail("waits for no X", slot) }
        case .empty: if population(slot) != .empty { fail("waits for an X that is not so", slot) }
        }
    }

    private mutating func check(_ slot: Int, _ idle: State.Idle, isWoken: Bool) {
        switch idle {
        case .owners:
            if !isOwnerAlive(slot), schedule[.ownersGone, slot] == never {
                fail("waits for owners that are gone", slot)
            }
        case .grace: if !isWoken { fail("idle without an end", slot) }
        case .populated: if population(slot) != .populated { fail("idle without an X", slot) }
        case .empty:
            if !isWoken { fail("idle without an end", slot) }
            if population(slot) != .empty { fail("idle for an X that is not so", slot) }
        }
    }
}
