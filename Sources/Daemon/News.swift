internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

extension Loop {
    /// Whether it is being found out who has an endpoint.
    var isFindingOut: Bool { keeper.hasUnidentified || lookout.inquiry.isWalking }

    /// Takes what has come due, and goes on with finding out who has what.
    @inline(never)
    mutating func takeWhatIsDue(now: Int) {
        while let entry = keeper.deadlines.takeDue(now: now) { keeper.take(.due, entry) }
        if let lookAt = lookout.lookAt, lookAt <= now {
            look(at: keeper.unbound())
            takeCgroupNews(lookout.cgroups.lookAgain())
            lookout.planNextLook(keeper, now: now)
        }
        if let due = guardWatch.reservedAt, due <= now { reservePorts() }
        recountSockets(now: now)
        endRestFromRefusals(now: now)
        if isFindingOut { take(lookout.findOut(&keeper)) }
    }

    /// Takes the news of sockets that have closed.
    @inline(never)
    mutating func takeDepartures() {
        guard let sockets = lookout.readDepartures() else {
            for entry in lookout.contested { keeper.identify(entry) }
            return
        }
        var left: [Int] = []
        for socket in sockets {
            for entry in lookout.contested where endpoint(entry).isMet(by: socket) {
                switch keeper.table.state(of: entry) {
                case .busy:
                    // Whoever else comes and goes on that port does not concern us.
                    let holder = keeper.holder(of: entry)
                    if holder?.mayHave(socket) ?? true { free(entry) }
                case .serving: left.append(entry)
                case .planned, .binding, .held, .released, .idle, .failed: continue
                }
            }
        }
        takeDepartures(from: left)
    }

    /// Finds out whose last socket has gone: a look costs milliseconds, so it is one for many.
    @inline(never)
    mutating func takeDepartures(from entries: [Int]) {
        for (entry, sighting) in zip(entries, sightings(of: entries)) {
            let holder = keeper.holder(of: entry)
            if let sighting {
                let count = sighting.count(for: holder)
                guard count > 0 else {
                    free(entry)
                    continue
                }
                // Of the end of a TIME_WAIT there is no news: when it comes has to be asked.
                if sighting.timeWaitMs == nil, count >= holder?.cookies.count ?? 0 { continue }
            }
            keeper.identify(entry)
        }
    }

    @inline(never)
    private mutating func free(_ entry: Int) {
        keeper.take(.freed(keeper.table.presence(of: entry)), entry)
    }

    /// Takes the news of cgroups.
    mutating func takeCgroupNews() { takeCgroupNews(lookout.cgroups.read()) }

    @inline(never)
    private mutating func takeCgroupNews(_ news: [Cgroups.News]) {
        for one in news { keeper.note(cgroup: one.id, isPopulated: one.isPopulated) }
        for path in lookout.cgroups.takeCreated() { admit(cgroup: path) }
    }

    /// Takes the news that a process has ended.
    @inline(never)
    mutating func takeEnd(_ token: UInt64) {
        guard let pid = lookout.owners.takeEnd(token) else { return }
        for entry in keeper.table.plan.entries.indices where keeper.awaitsProcesses(entry) {
            guard let holder = keeper.holder(of: entry), holder.has(pid) else { continue }
            if !holder.processes.contains(where: { lookout.owners.isWaiting(for: $0.pid) }) {
                keeper.take(.ownersGone(isSupervised: holder.isSupervised), entry)
            } else if holder.processes.first?.pid == pid {
                // It is named as the one who has it.
                keeper.identify(entry)
            }
        }
    }

    /// Looks whether services have bound what was released to them, or what they had before.
    @inline(never)
    mutating func look(at unbound: [Int]) {
        if unbound.isEmpty { return }
        for (entry, sighting) in zip(unbound, sightings(of: unbound)) {
            // A client that was to have the port only connects; what is idle may have left such.
            let isReleased = keeper.table.state(of: entry).isReleased
            if sighting?.isServing(withConnections: isReleased) ?? false {
                keeper.take(.serviceBound, entry)
            }
        }
    }

    private mutating func take(_ findings: [Finding]) {
        for finding in findings {
            guard let entry = keeper.table.plan.index(of: finding.question.endpoint),
                keeper.table.state(of: entry).isSomebodys
            else { continue }
            take(finding.holder, entry, generation: finding.question.generation)
        }
    }

    @inline(never)
    private mutating func take(_ holder: Holder?, _ entry: Int, generation: Int) {
        let wasServing = keeper.table.state(of: entry) == .serving
        let isBound = guardWatch.sockets.has(endpoint(entry))
        // What only TIME_WAIT has its service has closed, and that news was lost.
        guard let holder, !(wasServing && holder.timeWaitMs != nil) else {
            let nobody = Event.foundNobody(keeper.table.presence(of: entry))
            return keeper.take(isBound ? .foundUnseen : nobody, entry)
        }
        let service = keeper.table.plan.services(claiming: entry).first {
            holder.isService(keeper.table.plan.services[$0])
        }
        if let service { keeper.claim(entry, by: service) }
        let isService = service != nil || isKnown(holder, entry)
        let isGuarded = if case .service = keeper.table.admission(to: entry) { true } else { false }
        // He was there before the guard let in the service alone.
        let isEarlier = isGuarded && !isService && holder.ownership == .made
        if isEarlier, isBound, wasServing {
            // The service has bound it beside him, and may not listen yet: looked at once more.
            if keeper.isServices(entry) { return }
            keeper.noteService(entry)
            return keeper.take(.foundUnseen, entry)
        }
        let known = keeper.holder(of: entry)
        keeper.note(holder, entry)
        isFollowingStale = true
        if let ms = holder.timeWaitMs {
            say(known, holder, entry)
            return keeper.take(.timeWait(ms: ms), entry)
        }
        let isKin = !isEarlier && keeper.isServices(entry) && holder.isKin(of: known)
        // Whoever else serves has bound what was everybody's, or has it from the service.
        let isTaken = isService || isKin || wasServing && !isEarlier
        if isTaken {
            keeper.noteService(entry)
            // Else the guard has let him in and told of it: X, or a session in which X was awaited.
            if !isGuarded { enter(holder, entry, generation: generation) }
        }
        keeper.take(isTaken ? .foundService : .foundStranger, entry)
        say(wasServing && !isTaken ? nil : known, holder, entry, isService: isService || isKin)
    }

    /// Whether the holder is in a cgroup that has released the endpoint, or bound it before.
    private borrowing func isKnown(_ holder: Holder, _ entry: Int) -> Bool {
        let places = keeper.table.rule(of: keeper.table.claimant(of: entry)).places
        return holder.processes.contains { process in
            guard let cgroup = process.identity?.cgroup else { return false }
            let id = lookout.cgroups.id(of: cgroup)
            return places.contains { $0.id == id }
        }
    }

    private mutating func enter(_ holder: Holder, _ entry: Int, generation: Int) {
        let service = keeper.table.claimant(of: entry)
        for process in holder.processes {
            guard let identity = process.identity, let place = place(of: identity, service)
            else { continue }
            keeper.enter(place, entry, generation: generation)
            return
        }
        keeper.enterUnknown(entry)
        for process in holder.processes { _ = lookout.owners.wait(for: process.pid, events) }
    }

    /// Says who has an endpoint, once a holder.
    @inline(never)
    private mutating func say(
        _ known: Holder?, _ holder: Holder, _ entry: Int, isService: Bool = false
    ) {
        if holder.isSame(as: known) { return }
        changed.append(entry)
        let told = Saying(keeper.table, entry)
        switch keeper.table.state(of: entry) {
        case .serving:
            log.say(
                .info, told.serving(holder, isService: isService), told.fields(.serving, holder))
        case .busy:
            log.say(
                .warning, told.busy(holder, willRetry: keeper.table.stays),
                told.fields(.busy, holder))
            noteBusy(holder, entry)
        case .planned, .binding, .held, .released, .idle, .failed: return
        }
    }

    @inline(never)
    private borrowing func sightings(of entries: [Int]) -> [Sighting?] {
        Sighting.each(of: entries.map { endpoint($0) })
    }

    private borrowing func endpoint(_ entry: Int) -> Endpoint {
        keeper.table.plan.entries[entry].endpoint
    }
}

extension Loop {
    /// Says what has changed, acts on what follows from it alone, and watches what is now to be
    /// watched.
    @inline(never)
    mutating func settle(now: Int) {
        while true {
            let steps = keeper.takeSteps()
            if steps.isEmpty { break }
            isFollowingStale = true
            for (number, step) in steps.enumerated() {
                let before = number > 0 && steps[number - 1].entry == step.entry
                say(step, after: before ? steps[number - 1] : nil)
                changed.append(step.entry)
                if step.new == .idle(.owners) { endWaitForNobody(step.entry) }
            }
        }
        if !isFollowingStale { return }
        isFollowingStale = false
        lookout.follow(keeper, now: now)
    }

    /// Where no process is known to wait for, the wait is over.
    private mutating func endWaitForNobody(_ entry: Int) {
        let holder = keeper.holder(of: entry)
        let isAwaited = holder?.processes.contains { lookout.owners.isWaiting(for: $0.pid) }
        if isAwaited ?? false { return }
        keeper.take(.ownersGone(isSupervised: holder?.isSupervised ?? true), entry)
    }

    @inline(never)
    private borrowing func say(_ step: Step, after before: Step?) {
        let told = Saying(keeper.table, step.entry)
        guard let (priority, sentence, event) = told.of(step, after: before) else { return }
        log.say(priority, sentence, told.fields(event))
    }
}

extension Holder {
    fileprivate func mayHave(_ socket: FoundSocket) -> Bool {
        cookies.isEmpty || cookies.contains(socket.cookie)
    }

    func has(_ pid: Int32) -> Bool { processes.contains { $0.pid == pid } }

    /// How long nobody has it but what a closed connection has left.
    fileprivate var timeWaitMs: Int? {
        if case .timeWait(let ms) = means { ms } else { nil }
    }

    /// Whether the parent of one of its processes lives that is not one itself, nor init.
    fileprivate var isSupervised: Bool {
        processes.contains { process in
            process.parent > 1 && !has(process.parent) && process.parent != ThisProcess.pid
                && isAlive(pid: process.parent)
        }
    }

    /// Whether it may well be what has come in the place of `other`: the same program, or a child of
    /// the same process or of that one, and of the same user.
    fileprivate func isKin(of other: Holder?) -> Bool {
        guard let process = processes.first, let former = other?.processes.first,
            process.uid == former.uid
        else { return false }
        return process.command == former.command || process.parent == former.pid
            || process.parent == former.parent && process.parent > 1
    }

    fileprivate func isSame(as other: Holder?) -> Bool {
        guard let other else { return false }
        if case .timeWait = means, case .timeWait = other.means { return true }
        // Who binds anew has another socket, and is the same.
        if let process = processes.first { return process.pid == other.processes.first?.pid }
        return other.processes.isEmpty && cookies == other.cookies
    }
}
