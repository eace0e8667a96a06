import Reservations

/// Who else has a hand in it: thieves, administrators, and time.
extension World {
    mutating func act() {
        var roll = random.below(odds.weights.reduce(0, +))
        for act in Act.allCases {
            roll -= odds.weights[act.rawValue]
            if roll < 0 { return self.act(act) }
        }
    }

    private mutating func act(_ act: Act) {
        let isStopped = schedule.isStopped(at: now)
        switch act {
        case .service: if !isStopped { actService(random.below(Size.services)) }
        case .thief: steal(random.below(Size.slots))
        case .release: if !isStopped { releaseOutOfTurn(random.below(Size.services)) }
        case .releaseAll: if !isStopped { releaseAll() }
        case .hold: if !isStopped { hold(random.below(Size.slots)) }
        case .reload: if !isStopped { rewrite(random.below(Size.services)) }
        case .stop: schedule.stop(until: now + random.below(20_000))
        case .jump: jump()
        case .refusals: slots[random.below(Size.slots)].refusedUntil = now + random.below(100_000)
        case .strangeNews: if !isStopped { tellStrangeNews() }
        }
    }

    private mutating func steal(_ slot: Int) {
        let it = slots[slot]
        if it.holder != .nobody || it.hold { return }
        switch it.rule {
        case .nobody: return
        case .service(let number):
            guard services[number].index >= 0 else { return }
            let rule = table.rule(of: services[number].index)
            if rule.presence != .unknown { return }
        case .none: break
        }
        note("stolen", of: .slot(slot))
        slots[slot].holder = .thief
        slots[slot].generation = -1
        slots[slot].vowedTo = -1
        schedule[.leave, slot] = now + random.below(random.chance(500) ? 100 : 60_000)
        settle(slot)
    }

    mutating func leave(_ slot: Int) {
        if slots[slot].holder != .thief { return }
        closeSocket(slot)
        slots[slot].timeWaitRefuses = slots[slot].timeWaitUntil > now
    }

    mutating func leaveCgroup(_ index: Int) {
        if random.chance(600) { return remove(index) }
        // Looked after by `goOn`'s clock of services would be too early: late by up to a minute.
        late.append((now + random.below(60_000), index))
    }

    /// Cgroups that vanish late.
    mutating func removeLate() {
        while let index = late.firstIndex(where: { $0.at <= now }) {
            remove(late.remove(at: index).cgroup)
        }
    }

    /// Another unit or a shell asks, without a service that is about to start.
    private mutating func releaseOutOfTurn(_ number: Int) {
        guard services[number].index >= 0 else { return }
        if random.chance(500) { return release(number, nil) }
        let cgroup = makeCgroup()
        if cgroup < 0 { return }
        release(number, Place(id: cgroups[cgroup].id, isPopulated: true))
        for slot in slots.indices where slots[slot].vowedTo == number { slots[slot].vowedTo = -1 }
        populate(cgroup, false)
        leaveCgroup(cgroup)
    }

    private mutating func releaseAll() {
        note("release", of: .all)
        for number in services.indices where services[number].index >= 0 {
            run(table.beginRelease(of: services[number].index, by: []))
        }
        for entry in table.entriesNotPermanent() {
            release(entry, to: table.claimant(of: entry))
            doubt(slotOf[entry])
        }
    }

    /// News that was on its way is taken before a request is.
    mutating func release(_ number: Int, _ place: Place?) {
        let service = services[number].index
        if service < 0 { return }
        for entry in table.entries(of: service) {
            let slot = slotOf[entry]
            if schedule[.freed, slot] <= now + 20 { deliver(.freed, slot) }
        }
        note(place == nil ? "release by nobody" : "release", of: .service(number))
        run(table.beginRelease(of: service, by: place.map { [$0] } ?? []))
        for entry in table.entries(of: service) {
            release(entry, to: service)
            if place == nil { doubt(slotOf[entry]) }
        }
    }

    /// No vow where the daemon takes another X for that of a service which was asked for by nobody
    /// known: a thief seems to serve, or an end was lost, or another unit had asked before.
    private mutating func doubt(_ slot: Int) {
        let number = slots[slot].vowedTo
        if number < 0 { return }
        let rule = table.rule(of: services[number].index)
        if rule.presence == .unknown { return }
        let place = place(of: number)
        let isItsOwn = place?.isPopulated == true && rule.places.contains { $0.id == place?.id }
        if !isItsOwn { slots[slot].vowedTo = -1 }
    }

    private mutating func release(_ entry: Int, to service: Int) {
        let slot = slotOf[entry]
        let before = slots[slot].state
        let isShared = table.keeping(of: entry) == .shared
        let steps = table.release(entry, to: service)
        let number = serviceOf[service]
        note("takes", of: .slot(slot), .release(presence(slot)))
        if before == .serving {
            let isQuiet = steps.allSatisfy { $0.effects == .none || $0.effects == Effects(.allow) }
            if table.state(of: entry) != .serving || !isQuiet {
                fail("a release while serving did more than change the rule", slot)
            }
        }
        run(steps)
        if before == .serving || before == .held && isShared { return }
        switch slots[slot].state {
        case .released(let unused): vowAtRelease(number, slot, unused)
        case .busy(_, isAsked: true): vow(number, slot, until: now + 599_000)
        case .planned, .binding, .held, .serving, .idle, .busy, .failed:
            fail("a release that did not release", slot)
        }
    }

    private mutating func vowAtRelease(_ number: Int, _ slot: Int, _ unused: State.Unused) {
        if slots[slot].holder != .nobody {
            slots[slot].vowedTo = -1
            return
        }
        switch unused {
        case .besideServing: vow(number, slot, until: now + 89_000)
        case .populated, .unknown: vow(number, slot, until: now + 599_000)
        case .empty: vow(number, slot, until: now + 9_000)
        }
    }

    private mutating func hold(_ slot: Int) {
        guard slots[slot].entry >= 0 else { return }
        slots[slot].vowedTo = -1
        give(.hold, slot)
        if case .released = slots[slot].state { fail("not held again when asked for", slot) }
        if case .idle = slots[slot].state { fail("not held again when asked for", slot) }
    }

    /// A file comes, goes, or gets another name.
    private mutating func rewrite(_ number: Int) {
        note("new configuration", of: .service(number))
        if random.chance(400) {
            services[number].isRenamed.toggle()
        } else {
            if services[number].isPresent { die(number) }
            services[number].isPresent.toggle()
        }
        replan()
    }

    /// So much time passes at once that nobody could do a thing in it.
    private mutating func jump() {
        note("the clock jumps", of: .all)
        now += random.below(3_600_000)
        for slot in slots.indices { slots[slot].vowedTo = -1 }
    }

    private mutating func tellStrangeNews() {
        let id = lastId + 1 + UInt64(random.below(100))
        let steps =
            table.note(id, isPopulated: random.chance(500)) + table.note(id, isPopulated: nil)
        if !steps.isEmpty { fail("news of what is no place of ours", 0) }
    }
}
