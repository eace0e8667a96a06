import Reservations

extension World {
    /// What comes when its time has come.
    mutating func deliver(_ kind: Kind, _ index: Int) {
        schedule[kind, index] = never
        switch kind {
        case .freed: takeFreed(index)
        case .bound: takeBound(index)
        case .identified: takeIdentified(index)
        case .ownersGone: takeOwnersGone(index)
        case .look: takeLook(index)
        case .removal: takeRemoval(index)
        case .wake: give(.due, index)
        case .want: tryBind(index / Size.slots, index % Size.slots)
        case .act: goOn(index)
        case .leave: leave(index)
        }
    }

    private mutating func takeFreed(_ slot: Int) {
        // Bound again meanwhile: a dump shows it, or comes too early.
        if slots[slot].entry < 0 { return }
        if slots[slot].holder != .nobody, random.chance(500) { return identify(slot) }
        give(.freed(presence(slot)), slot)
    }

    private mutating func takeBound(_ slot: Int) {
        switch slots[slot].state {
        case .released, .idle: break
        case .planned, .binding, .held, .serving, .busy, .failed: return
        }
        if slots[slot].holder == .nobody { return }
        if slots[slot].holder != .service(slots[slot].vowedTo) { slots[slot].vowedTo = -1 }
        if odds.hasGuard {
            learnOwner(slot)
        } else {
            slots[slot].owner = .nobody
        }
        give(.serviceBound, slot)
    }

    private mutating func takeIdentified(_ slot: Int) {
        let it = slots[slot]
        let isTimeWait = now < it.timeWaitUntil
        switch (it.state, it.holder) {
        case (.serving, .nobody): give(.foundNobody(presence(slot)), slot)
        case (.busy, .nobody):
            let nobody = Event.foundNobody(presence(slot))
            give(isTimeWait ? .timeWait(ms: it.timeWaitUntil - now) : nobody, slot)
        case (_, .nobody): break
        // What is bound since will be told as that.
        case (.released, _), (.idle, _), (.held, _): break
        case (_, .service(let number)) where services[number].index >= 0:
            learnOwner(slot)
            give(.foundService, slot)
            if case .busy = it.state, odds.stays, slots[slot].state != .serving {
                fail("not taken for its service's", slot)
            }
        case (_, .service), (_, .thief):
            slots[slot].owner = .thief
            give(.foundStranger, slot)
        }
    }

    /// Who has the socket: its processes, its service, its cgroup.
    private mutating func learnOwner(_ slot: Int) {
        let it = slots[slot]
        slots[slot].owner = it.holder
        slots[slot].ownerChild = it.holderChild
        guard case .service(let number) = it.holder, services[number].index >= 0 else { return }
        run(table.claim(it.entry, by: services[number].index))
        if it.vowedTo != number { slots[slot].vowedTo = -1 }
        guard services[number].cgroup >= 0 else { return }
        let cgroup = cgroups[services[number].cgroup]
        let place = Place(id: cgroup.id, isPopulated: cgroup.isPopulated)
        run(table.enter(place, it.entry, generation: it.generation))
    }

    private mutating func takeOwnersGone(_ slot: Int) {
        if slots[slot].state != .idle(.owners) || isOwnerAlive(slot) { return }
        switch slots[slot].owner {
        // Who is not known may well have a parent that lives.
        case .nobody: give(.ownersGone(isSupervised: true), slot)
        case .thief: give(.ownersGone(isSupervised: false), slot)
        case .service(let number):
            let isSupervised = services[number].isSupervised && services[number].phase != .down
            give(.ownersGone(isSupervised: isSupervised), slot)
        }
    }

    private mutating func takeLook(_ index: Int) {
        let cgroup = cgroups[index]
        note(cgroup.isPopulated ? "populated" : "empty", of: .cgroup(cgroup.id))
        run(table.note(cgroup.id, isPopulated: cgroup.isPopulated))
    }

    private mutating func takeRemoval(_ index: Int) {
        note("removed", of: .cgroup(cgroups[index].id))
        run(table.note(cgroups[index].id, isPopulated: nil))
        cgroups[index].id = 0
    }
}

extension World {
    /// A new cgroup with a process in it; -1 where there are too many, and it goes unseen.
    mutating func makeCgroup() -> Int {
        guard let free = cgroups.firstIndex(where: { !$0.exists && $0.id == 0 }) else { return -1 }
        lastId += 1
        cgroups[free] = Cgroup(id: lastId, exists: true, isPopulated: true)
        return free
    }

    /// Processes come or go: news of an end can be lost, and is seen at the next look.
    mutating func populate(_ index: Int, _ isPopulated: Bool) {
        if index < 0 { return }
        cgroups[index].isPopulated = isPopulated
        let isLost = !isPopulated && random.chance(odds.lost)
        let seen = now + (isLost ? 1_000 + random.below(4_000) : random.below(20))
        if schedule[.look, index] == never || isPopulated { schedule[.look, index] = seen }
    }

    mutating func remove(_ index: Int) {
        if index < 0 { return }
        cgroups[index].exists = false
        schedule[.removal, index] =
            now + (random.chance(odds.lost) ? 1_000 + random.below(4_000) : random.below(3))
    }
}
