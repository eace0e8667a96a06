internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

/// The table and its sockets: the one interpreter of effects.
struct Keeper: ~Copyable {
    var table: Table
    /// As many holds as descriptors are left for.
    var holdsMax = Int.max
    /// By entry.
    var known: [Known]
    /// When an endpoint is to be woken.
    var deadlines: Deadlines
    /// Endpoints of which it has to be found out who has them.
    private var unidentified: [Int] = []
    /// What has happened since somebody last asked, as far as it changed where an endpoint stands.
    private var steps: [Step] = []
    /// Who was seen in this turn to have what we have not, nil: nobody has looked.
    var occupants: Occupants?
    /// The rules of the guard; nil: there is no guard.
    var book: RuleBook?
    /// Services that the guard has no rule left for.
    var unruled: [Int] = []
    /// Why there is no guard where one is wanted.
    var absence: Text?
    /// Whether there was one until just now, which is to be said.
    var hasLostGuard = false
    /// Whether a rule alone keeps a port: the kernel gives it to nobody, and asks whoever may bind it;
    /// nil: that was not tried.
    var rulesSuffice: Bool?
    /// What outlives us; nil: nobody would keep it.
    var vault: Vault?
    /// Services of which the next instance does not know how they stand now.
    var unsaved = EntrySet()
    /// Which holds it gets.
    var storedHolds = StoredHolds()
    /// Why nothing outlives us any more.
    var vaultRefusal: Errno?
    /// Whether an endpoint is tried for the first time; that it is held then is no news.
    private var isStarting = false
    /// Grows with every change of a state or of the plan.
    private(set) var changeCount = 0

    /// Begins with nothing held.
    ///
    /// `stays`: what is released is held again one day.
    init(_ plan: Plan, stays: Bool = false) {
        table = Table(plan, stays: stays)
        known = Array(repeating: Known(since: wallMicroseconds()), count: plan.entries.count)
        deadlines = Deadlines(count: plan.entries.count)
    }

    /// Tries to hold an endpoint, and gives the kernel's reason where it cannot be had.
    mutating func start(_ entry: Int) -> Errno? {
        isStarting = true
        take(.started, entry)
        isStarting = false
        return known[entry].refusal
    }

    /// Holds an endpoint again, and gives the kernel's reason where it cannot be had.
    mutating func hold(_ entry: Int) -> Errno? {
        take(.hold, entry)
        return known[entry].refusal
    }

    /// Releases endpoints to a service, nil: to that which each is claimed by, and gives those that
    /// were let go.
    @inline(never)
    mutating func release(_ entries: [Int], to service: Int?) -> [Int] {
        var steps: [Step] = []
        for entry in entries {
            // Whose it was is to be known as well: two services may claim it.
            unsaved.insert(table.claimant(of: entry))
            steps += table.release(entry, to: service ?? table.claimant(of: entry))
        }
        for step in steps {
            unsaved.insert(table.claimant(of: step.entry))
            setDeadline(step)
            // Where a rule keeps it no record has it.
            if known[step.entry].record >= 0 { storedHolds.note(step.entry) }
        }
        remember()
        act(steps)
        return steps.filter { $0.effects.acts.contains(.close) }.map { $0.entry }
    }

    /// Lets go of everything, in whatever state it is.
    mutating func releaseAll() {
        for entry in known.indices { known[entry].hold = nil }
    }

    /// Takes what has happened to an endpoint, and does what has to be done.
    @inline(never)
    mutating func take(_ event: Event, _ entry: Int) {
        act(table.take(event, entry))
    }

    /// Takes the news that a cgroup has processes, or has none any more; nil: it is removed.
    mutating func note(cgroup id: UInt64, isPopulated: Bool?) {
        let services = book == nil ? [] : table.services(with: id)
        act(table.note(id, isPopulated: isPopulated))
        if isPopulated == nil { for service in services { renewRules(of: service) } }
    }

    @inline(never)
    private mutating func act(_ steps: [Step]) {
        for step in steps { act(step) }
    }

    /// The answer to the one bind that a step may ask for is taken before its next step.
    @inline(never)
    private mutating func act(_ step: Step) {
        let entry = step.entry
        if step.new != step.old { note(step) }
        let acts = step.effects.acts
        // The rule first: at no time is there neither rule nor hold.
        if !acts.isDisjoint(with: [.allow, .forbid]) { writeRules([entry]) }
        if acts.contains(.close) {
            known[entry].hold = nil
            storedHolds.note(entry)
            occupants = nil
        }
        setDeadline(step)
        if acts.contains(.identify) { identify(entry) }
        if acts.contains(.bind) { take(bind(entry), entry) }
    }

    /// When an endpoint is to be woken after a step; a look that changes nothing leaves it.
    @inline(never)
    private mutating func setDeadline(_ step: Step) {
        let ms = step.effects.wakeAfterMs
        if ms == nil, step.new == step.old { return }
        deadlines.set(step.entry, ms.map { monotonicMilliseconds() + $0 })
    }

    @inline(never)
    private mutating func note(_ step: Step) {
        let entry = step.entry
        if isStarting, step.old == .planned || step.new == .held {
            changeCount += 1
            return
        }
        if !step.new.isSomebodys { known[entry].holder = nil }
        // That a busy endpoint is tried once more is news to nobody.
        if step.isRetry { return }
        known[entry].since = wallMicroseconds()
        unsaved.insert(table.claimant(of: entry))
        steps.append(step)
        changeCount += 1
    }

    /// Ends a turn, in which what is looked at once holds for all.
    mutating func endTurn() {
        occupants = nil
        remember()
    }

    /// Sets right what depends on cgroups that are no more, after a recall.
    mutating func reconcile() { act(table.reconcile()) }

    /// Sets when an endpoint came to stand where it stands.
    mutating func note(since: Int, _ entry: Int) { known[entry].since = since }
}

extension Keeper {
    /// Notes who has an endpoint.
    mutating func note(_ holder: Holder, _ entry: Int) {
        known[entry].holder = holder
        known[entry].isService = false
        changeCount += 1
    }

    /// Notes whose process has an endpoint that several services claim.
    mutating func claim(_ entry: Int, by service: Int) {
        unsaved.insert(table.claimant(of: entry))
        unsaved.insert(service)
        act(table.claim(entry, by: service))
    }

    /// Notes X of an endpoint's service: the cgroup of who has bound it, at that generation of X.
    @inline(never)
    mutating func enter(_ place: Place, _ entry: Int, generation: Int) {
        act(table.enter(place, entry, generation: generation))
        renewRules(of: table.claimant(of: entry))
    }

    /// Notes that who has bound an endpoint is in no cgroup that says who he is.
    @inline(never)
    mutating func enterUnknown(_ entry: Int) {
        act(table.enterUnknown(entry))
        renewRules(of: table.claimant(of: entry))
    }

    /// Lets in a unit of a service that came after its release.
    mutating func admit(_ place: Place, to service: Int) {
        act(table.admit(place, to: service))
        renewRules(of: service)
    }

    /// Notes that a socket is closed whose binder was in that place.
    mutating func letGo(_ place: UInt64, _ entry: Int) {
        let service = table.claimant(of: entry)
        let before = table.rule(of: service).places.count
        act(table.letGo(place, entry))
        if table.rule(of: service).places.count != before { renewRules(of: service) }
    }

    /// Notes that a service is being released, and X: the last of `places` asked, the others are
    /// of units that its file names; none: it is not known.
    mutating func beginRelease(of service: Int, by places: [Place], users: GuardPlace?) {
        let isServing = table.isServing(service)
        act(table.beginRelease(of: service, by: places))
        book?.users = users
        book?.admit(table, service, isNew: !isServing)
    }

    /// Why an endpoint could not be had when it was last tried.
    borrowing func refusal(of entry: Int) -> Errno? { known[entry].refusal }

    /// What has changed where an endpoint stands since this was last asked.
    mutating func takeSteps() -> [Step] {
        defer { steps = [] }
        return steps
    }

    /// Has it found out who has an endpoint, once however often it is asked for.
    mutating func identify(_ entry: Int) {
        if known[entry].isUnidentified { return }
        known[entry].isUnidentified = true
        unidentified.append(entry)
    }

    /// Whether there are endpoints to be identified.
    var hasUnidentified: Bool { !unidentified.isEmpty }

    /// Some of the endpoints that are to be identified, which is then somebody else's task.
    mutating func takeUnidentified(most: Int) -> [Question] {
        let some = unidentified.prefix(most)
        // Copied: `removeFirst` keeps the memory of as many as there were once.
        unidentified = Array(unidentified.dropFirst(most))
        for entry in some { known[entry].isUnidentified = false }
        return some.map { entry in
            Question(
                endpoint: table.plan.entries[entry].endpoint,
                generation: table.rule(of: table.claimant(of: entry)).generation)
        }
    }

    /// Makes a hold open, or not, as the plan has it now.
    @inline(never)
    mutating func renew(_ entry: Int) {
        guard let hold = known[entry].hold else { return }
        try? hold.descriptor.letOthersBeside(table.keeping(of: entry) == .shared)
    }

    /// Makes `plan` the one in force: what stays is not touched, what is gone is let go, what is
    /// new is planned.
    @inline(never)
    mutating func adopt(_ plan: Plan, _ change: Change) {
        let old = table
        table = Table(plan, keeping: change, of: old)
        var known = Array(
            repeating: Known(since: wallMicroseconds()), count: plan.entries.count)
        var deadlines = Deadlines(count: plan.entries.count)
        for pair in change.kept {
            known[pair.new] = self.known[pair.old]
            deadlines.set(pair.new, self.deadlines[pair.old])
        }
        self.known = known
        self.deadlines = deadlines
        unidentified = known.indices.filter { known[$0].isUnidentified }
        steps = []
        rememberAnew(after: old.plan)
        adoptRules(after: old.plan, change)
        for pair in change.kept where old.keeping(of: pair.old) != table.keeping(of: pair.new) {
            renew(pair.new)
        }
        if book != nil { renewHolds() }
        act(table.reconcile())
        changeCount += 1
        // What is no longer ours must not be bound by a record when what is new is tried.
        remember()
    }
}
