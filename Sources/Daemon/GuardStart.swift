internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

/// How often it is looked whether others have changed the list of reserved ports.
private let reservedPauseMs = 60_000

/// As many refusals of the time without a daemon are told.
private let inheritedRefusalsMax = 256

/// Why a service has no rule that should have one.
let whyUnruled: Text = "no rule is left, or more than 4 addresses on one port"

extension Loop {
    /// Loads the guard, or says why there is none, and gives up the right to load more; what the last
    /// instance knew is in force from here on.
    @inline(never)
    mutating func raiseGuard(isWanted: Bool, after heritage: inout Heritage) {
        defer { ThisProcess.dropLoadingCapabilities() }
        let old = heritage.takeGuard()
        if isWanted, let ring = old.first?.take() {
            inheritedRefusals = (try? Guard.refusals(in: ring, most: inheritedRefusalsMax)) ?? []
        }
        let book = isWanted ? loadGuard() : nil
        let records = heritage.takeRest()
        recall(records)
        if let book { keeper.take(book) }
        sayUnruled()
        keeper.replaceGuard(old)
        reservePorts()
        takeHolds(records)
    }

    @inline(never)
    private mutating func takeHolds(_ records: [VaultRecord]) {
        let odd = keeper.takeHolds(records)
        if odd == 0 { return }
        log.say(
            .warning,
            "portreserve: \(counted(odd, "hold", "holds")) of the last instance cannot be what is"
                + " wanted, ignoring that", JournalFields(.forgotten))
    }

    private mutating func loadGuard() -> RuleBook? {
        do throws(GuardAbsence) {
            return try loadedGuard()
        } catch {
            keeper.absence = error.why
            sayUnguarded(error.why)
            for line in error.details { log.say(.debug, line) }
            return nil
        }
    }

    /// Says why there is no guard, and what that means.
    @inline(never)
    borrowing func sayUnguarded(_ why: Text) {
        log.say(
            .warning,
            "portreserve: no guard: \(why), a port is free from its release until its service has"
                + " bound", JournalFields(.unguarded))
    }

    @inline(never)
    private mutating func loadedGuard() throws(GuardAbsence) -> RuleBook {
        let root = try absent("cgroup2") { () throws(Errno) in try lookout.cgroups.openRoot() }
        guard let root else { throw GuardAbsence(why: "there is no cgroup2") }
        let book: RuleBook
        do throws(GuardFailure) {
            book = RuleBook(try Guard.load(at: root))
        } catch {
            throw GuardAbsence(error)
        }
        let isMeasured = try absent("cgroup2") { () throws(Errno) in
            try join(book.kernel)
            return try lookout.cgroups.measure(by: &book.kernel)
        }
        if !isMeasured { throw GuardAbsence(why: "our own cgroup is not seen from here") }
        if lookout.cgroups.depthOfRoot > 0 {
            log.say(
                .notice,
                "portreserve: in a cgroup namespace: who is outside of it is not guarded against, and "
                    + "can take a port that is released", JournalFields(.unguarded))
        }
        return book
    }

    /// Waits for the news of a guard's programs.
    private borrowing func join(_ kernel: borrowing Guard) throws(Errno) {
        try reservedWatch.join(events, token: Source.reserved.rawValue)
        try events.add(kernel.life.ring, token: Source.life.rawValue)
        try events.add(kernel.refusals.ring, token: Source.refusals.rawValue)
    }

    /// Waits for the news of refusals, or does so no longer.
    borrowing func listenToRefusals(_ interest: EventInterest) {
        switch keeper.book {
        case .none: return
        case .some(let book):
            try? events.change(
                book.kernel.refusals.ring, token: Source.refusals.rawValue, interest)
        }
    }

    /// Has the kernel give to nobody what the guard keeps: its programs see no automatic ports.
    @inline(never)
    mutating func reservePorts() {
        // Before one looks: what is written from here on is told, our own writing too.
        reservedWatch.begin()
        let wanted = keeper.guardedPorts()
        if wanted.isEmpty, reserved.isEmpty { return }
        do throws(Errno) {
            let isNew = try reserved.keep(wanted)
            let wasTried = keeper.rulesSuffice != nil
            // Outside of a cgroup namespace nobody is asked.
            keeper.rulesSuffice = lookout.cgroups.depthOfRoot == 0
            // Somebody may have been given what is held by its rule alone.
            if isNew, wasTried { keeper.renewHolds() }
        } catch {
            if keeper.rulesSuffice != false {
                log.say(
                    .warning,
                    "portreserve: ip_local_reserved_ports: \(error), an outgoing connection may "
                        + "take a port that is released", JournalFields(.unguarded))
            }
            keeper.rulesSuffice = false
            keeper.renewHolds()
        }
        guardWatch.reservedAt = wanted.isEmpty ? nil : monotonicMilliseconds() + reservedPauseMs
    }

    /// Says which services the guard has no rules for.
    mutating func sayUnruled() {
        for service in keeper.unruled {
            let name = keeper.table.plan.services[service].name
            log.say(
                .warning,
                "'\(name)': not guarded: \(whyUnruled), its ports are free from their release until"
                    + " it has bound them", JournalFields(.unguarded, name))
        }
    }
}
