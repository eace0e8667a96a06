import Reservations

/// What services do with their endpoints and their processes.
extension World {
    /// Something that the service may do as it stands.
    mutating func actService(_ number: Int) {
        guard services[number].index >= 0 else { return }
        switch services[number].phase {
        case .down: start(number)
        case .before, .between, .starting, .away:
            if random.chance(100) { die(number) }
        case .up:
            switch random.below(8) {
            case 0, 1: reload(number)
            case 2, 3: loseChild(number)
            case 4: die(number)
            case 5: restart(number)
            case 6: handOn(number)
            default: release(number, place(of: number))
            }
        }
    }

    mutating func bear(_ number: Int) {
        services[number].child += 1
        services[number].isChildAlive = true
        services[number].isSupervised = random.chance(odds.supervised)
    }

    func place(of number: Int) -> Place? {
        let cgroup = services[number].cgroup
        if cgroup < 0 || !cgroups[cgroup].exists { return nil }
        return Place(id: cgroups[cgroup].id, isPopulated: cgroups[cgroup].isPopulated)
    }

    /// By its unit, whose ExecStartPre releases; by a shell or cron, which say nothing.
    private mutating func start(_ number: Int) {
        services[number].cgroup = random.chance(odds.unit) ? makeCgroup() : -1
        services[number].tries = 0
        note("start", of: .service(number))
        if services[number].cgroup >= 0 {
            services[number].phase = .before
            release(number, place(of: number))
            schedule[.act, number] = now + random.below(10)
        } else {
            release(number, nil)
            bear(number)
            wantAll(number)
        }
    }

    private mutating func wantAll(_ number: Int) {
        services[number].phase = .starting
        let afterMs = random.chance(odds.slow) ? random.below(598_000) : random.below(2_000)
        for slot in slots.indices where slots[slot].claimants.contains(number) {
            // A service may bind one of its two endpoints.
            if random.chance(100) { continue }
            let moreMs = random.chance(odds.staggered) ? random.below(300_000) : random.below(50)
            schedule[.want, number * Size.slots + slot] = now + min(afterMs + moreMs, 598_900)
        }
    }

    /// The next step of what a service has begun.
    mutating func goOn(_ number: Int) {
        switch services[number].phase {
        case .before:
            // A new process comes after 13 to 32 ms: measured, systemd 252.
            populate(services[number].cgroup, false)
            services[number].phase = .between
            schedule[.act, number] = now + 13 + random.below(20)
        case .between:
            populate(services[number].cgroup, true)
            bear(number)
            wantAll(number)
        case .away:
            populate(services[number].cgroup, true)
            let isSupervised = services[number].isSupervised
            bear(number)
            services[number].isSupervised = isSupervised
            services[number].phase = .starting
            for slot in slots.indices where slots[slot].vowedTo == number {
                schedule[.want, number * Size.slots + slot] = now
            }
        case .down, .starting, .up: break
        }
    }

    /// Whether the guard lets the service's processes bind.
    private func isAllowed(_ number: Int, _ slot: Int) -> Bool {
        switch slots[slot].rule {
        case .none: return true
        case .nobody: return false
        case .service(let other):
            guard services[other].index >= 0 else { return false }
            let rule = table.rule(of: services[other].index)
            if rule.presence == .unknown { return true }
            guard let place = place(of: number) else {
                if case .released = slots[slot].state { return true }
                return false
            }
            return rule.places.contains { $0.id == place.id }
        }
    }

    mutating func tryBind(_ number: Int, _ slot: Int) {
        let it = slots[slot]
        guard services[number].isChildAlive, it.entry >= 0, services[number].index >= 0 else {
            return
        }
        services[number].phase = .up
        if it.holder == .service(number) { return }
        if it.holder != .nobody { return tryAgain(number, slot) }
        let isBeside = table.keeping(of: it.entry) == .shared
        if it.hold && !isBeside || !isAllowed(number, slot) {
            if it.vowedTo == number, isVowed(slot) { fail("a right service is refused", slot) }
            return
        }
        note("bound", of: .service(number))
        slots[slot].holder = .service(number)
        slots[slot].holderChild = services[number].child
        slots[slot].generation = table.rule(of: services[number].index).generation
        slots[slot].vowedTo = -1
        settle(slot)
    }

    private mutating func tryAgain(_ number: Int, _ slot: Int) {
        services[number].tries += 1
        if services[number].tries > 10 { return }
        schedule[.want, number * Size.slots + slot] = now + 500 + random.below(1_000)
    }
}

/// How sockets close.
extension World {
    /// Nobody has a socket there any more.
    mutating func closeSocket(_ slot: Int) {
        slots[slot].holder = .nobody
        slots[slot].timeWaitUntil = random.chance(odds.timeWait) ? now + random.below(60_000) : 0
        slots[slot].timeWaitRefuses = false
        guard slots[slot].entry >= 0, !random.chance(odds.lost) else { return }
        schedule[.freed, slot] = now + (odds.hasGuard ? 0 : random.below(20))
    }

    private func own(_ number: Int) -> [Int] {
        slots.indices.filter { slots[$0].holder == .service(number) }
    }

    /// What is left of a service that lives on: it must not be refused for so long.
    private mutating func vowAtClose(_ number: Int, _ slot: Int, forMs: Int, isChildKept: Bool) {
        let it = slots[slot]
        // Closed before it was seen: the vow of its release stands, which has been fulfilled.
        slots[slot].vowedTo = -1
        let isItsOwn = it.entry >= 0 && table.claimant(of: it.entry) == services[number].index
        guard odds.stays, isItsOwn, it.state == .serving, schedule[.freed, slot] == never else {
            return
        }
        switch presence(slot) {
        case .unknown:
            if it.owner != .nobody, it.owner != .service(number) { return }
            let isKnown = isChildKept && isOwnerAlive(slot)
            vow(number, slot, until: isKnown ? never : now + forMs)
        case .populated:
            let places = table.rule(of: services[number].index).places
            guard let place = place(of: number), place.isPopulated,
                places.contains(where: { $0.id == place.id })
            else { return }
            vow(number, slot, until: never)
        case .empty, .removed: break
        }
    }

    /// Re-binds, closing first or binding first.
    private mutating func reload(_ number: Int) {
        note("reload", of: .service(number))
        let gapMs = random.chance(500) ? random.below(20) : random.below(800)
        for slot in own(number) where random.chance(700) {
            vowAtClose(number, slot, forMs: 9_000, isChildKept: true)
            closeSocket(slot)
            schedule[.want, number * Size.slots + slot] = now + gapMs
        }
    }

    private mutating func loseChild(_ number: Int) {
        guard services[number].isSupervised else { return }
        note("child gone", of: .service(number))
        let isUnit = services[number].cgroup >= 0
        let awayMs = random.below(isUnit && random.chance(300) ? 120_000 : 9_000)
        for slot in own(number) {
            vowAtClose(number, slot, forMs: 9_000, isChildKept: false)
            closeSocket(slot)
        }
        // What had been closed before waits no longer than that.
        for slot in slots.indices where slots[slot].vowedTo == number {
            let isServing = slots[slot].state == .serving && presence(slot) == .populated
            if isServing || slots[slot].state == .idle(.populated) { continue }
            slots[slot].vowedUntil = min(slots[slot].vowedUntil, now + 9_000)
        }
        services[number].isChildAlive = false
        services[number].phase = .away
        schedule[.act, number] = now + awayMs
    }

    /// Its cgroup is empty for a moment, between one process and the next.
    private mutating func handOn(_ number: Int) {
        guard services[number].cgroup >= 0, services[number].isSupervised == false else { return }
        note("hands on", of: .service(number))
        // What waits for X may have waited for long, without any news of it.
        for slot in slots.indices where slots[slot].vowedTo == number {
            slots[slot].vowedTo = -1
        }
        for slot in own(number) {
            vowAtClose(number, slot, forMs: 0, isChildKept: false)
            closeSocket(slot)
        }
        services[number].isChildAlive = false
        services[number].phase = .away
        populate(services[number].cgroup, false)
        schedule[.act, number] = now + 10 + random.below(900)
    }

    /// It ends; its cgroup may stay for long.
    mutating func die(_ number: Int) {
        note("end", of: .service(number))
        for slot in own(number) { closeSocket(slot) }
        for slot in slots.indices {
            if slots[slot].vowedTo == number { slots[slot].vowedTo = -1 }
            schedule[.want, number * Size.slots + slot] = never
        }
        schedule[.act, number] = never
        services[number].isChildAlive = false
        services[number].phase = .down
        let cgroup = services[number].cgroup
        services[number].cgroup = -1
        if cgroup < 0 { return }
        populate(cgroup, false)
        leaveCgroup(cgroup)
    }

    /// A new start, with a new X before the old one is removed.
    private mutating func restart(_ number: Int) {
        die(number)
        start(number)
    }
}
