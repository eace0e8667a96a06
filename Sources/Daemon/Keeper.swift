internal import LinuxIO
internal import Reservations

/// A hold: the one owner of its socket.
private final class Hold {
    let socket: Descriptor

    init(owning socket: consuming Descriptor) { self.socket = socket }
}

/// Who has an endpoint, kept by reference: there are many endpoints, and few are known of.
private final class Known {
    let holder: Holder
    /// Whether it is the endpoint's service.
    var isService = false

    init(_ holder: Holder) { self.holder = holder }
}

/// The table and its sockets: the one interpreter of effects.
struct Keeper: ~Copyable {
    private(set) var table: Table
    /// As many holds as descriptors are left for.
    var holdsMax = Int.max
    private var holds: [Hold?]
    /// When each endpoint came to stand where it stands, in microseconds since 1970.
    private var since: [Int]
    /// The kernel's reason for each endpoint that could not be had.
    private var refusals: [Errno?]
    /// Who has each endpoint that we have not, as far as it is known.
    private var holders: [Known?]
    /// When an endpoint is to be woken.
    var deadlines: Deadlines
    /// Endpoints of which it has to be found out who has them, and by entry whether it is there.
    private var unidentified: [Int] = []
    private var isUnidentified: [Bool]
    /// What has happened since somebody last asked, as far as it changed where an endpoint stands.
    private var steps: [Step] = []
    /// Who was seen in this turn to have what we have not, nil: nobody has looked.
    private var occupants: Occupants?
    /// Whether an endpoint is tried for the first time; that it is held then is no news.
    private var isStarting = false
    /// Grows with every change of a state or of the plan.
    private(set) var changeCount = 0

    /// Begins with nothing held.
    ///
    /// `stays`: what is released is held again one day.
    init(_ plan: Plan, stays: Bool = false) {
        table = Table(plan, stays: stays)
        holds = Array(repeating: nil, count: plan.entries.count)
        refusals = Array(repeating: nil, count: plan.entries.count)
        holders = Array(repeating: nil, count: plan.entries.count)
        since = Array(repeating: wallMicroseconds(), count: plan.entries.count)
        isUnidentified = Array(repeating: false, count: plan.entries.count)
        deadlines = Deadlines(count: plan.entries.count)
    }

    /// Tries to hold an endpoint, and gives the kernel's reason where it cannot be had.
    mutating func start(_ entry: Int) -> Errno? {
        isStarting = true
        take(.started, entry)
        isStarting = false
        return refusals[entry]
    }

    /// Holds an endpoint again, and gives the kernel's reason where it cannot be had.
    mutating func hold(_ entry: Int) -> Errno? {
        take(.hold, entry)
        return refusals[entry]
    }

    /// Releases an endpoint to a service, and says whether it was let go.
    @inline(never)
    mutating func release(_ entry: Int, to service: Int) -> Bool {
        let wasHeld = holds[entry] != nil
        act(table.release(entry, to: service))
        return wasHeld && holds[entry] == nil
    }

    /// Lets go of everything, in whatever state it is.
    mutating func releaseAll() {
        for entry in holds.indices { holds[entry] = nil }
    }

    /// Takes what has happened to an endpoint, and does what has to be done.
    @inline(never)
    mutating func take(_ event: Event, _ entry: Int) {
        act(table.take(event, entry))
    }

    /// Takes the news that a cgroup has processes, or has none any more; nil: it is removed.
    mutating func note(cgroup id: UInt64, isPopulated: Bool?) {
        act(table.note(id, isPopulated: isPopulated))
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
        assert(acts.isDisjoint(with: [.allow, .forbid]), "a rule without a guard")
        if acts.contains(.close) {
            holds[entry] = nil
            occupants = nil
        }
        if let ms = step.effects.wakeAfterMs {
            deadlines.set(entry, monotonicMilliseconds() + ms)
        }
        if acts.contains(.identify) { identify(entry) }
        if acts.contains(.bind) { take(bind(entry), entry) }
    }

    @inline(never)
    private mutating func note(_ step: Step) {
        let entry = step.entry
        if isStarting, step.old == .planned || step.new == .held {
            changeCount += 1
            return
        }
        deadlines.set(entry, nil)
        if !step.new.isSomebodys { holders[entry] = nil }
        // That a busy endpoint is tried once more is news to nobody.
        if step.isRetry { return }
        since[entry] = wallMicroseconds()
        steps.append(step)
        changeCount += 1
    }

    private mutating func bind(_ entry: Int) -> Event {
        do throws(Errno) {
            if table.heldCount >= holdsMax { throw .tooManyOpenFiles }
            holds[entry] = Hold(owning: try boundSocket(entry))
            refusals[entry] = nil
            return .bound
        } catch {
            refusals[entry] = error
            return error == .addressInUse ? .inUse : .refused
        }
    }

    @inline(never)
    private mutating func boundSocket(_ entry: Int) throws(Errno) -> Descriptor {
        let endpoint = table.plan.entries[entry].endpoint
        if table.keeping(of: entry) == .shared { return try endpoint.bound(beside: .servers) }
        do throws(Errno) {
            return try endpoint.bound(beside: .none)
        } catch .addressInUse {
            if endpoint.transport == .udp || isOccupied(endpoint) { throw .addressInUse }
            return try endpoint.bound(beside: .timeWait)
        }
    }

    @inline(never)
    private mutating func isOccupied(_ endpoint: Endpoint) -> Bool {
        var known = occupants ?? Occupants(of: wantedPorts())
        defer { occupants = known }
        return known.have(endpoint)
    }

    /// The TCP ports that we have not.
    @inline(never)
    private borrowing func wantedPorts() -> [UInt16] {
        var ports: [UInt16] = []
        for (entry, planned) in table.plan.entries.enumerated()
        where table.state(of: entry) != .held && planned.endpoint.transport == .tcp {
            ports.append(planned.endpoint.port)
        }
        return ports
    }

    /// Begins a turn, in which what is looked at once holds for all.
    mutating func beginTurn() { occupants = nil }
}

extension Keeper {
    /// When an endpoint came to stand where it stands, in microseconds since 1970.
    borrowing func since(_ entry: Int) -> Int { since[entry] }

    /// Who has an endpoint that we have not, as far as it is known.
    borrowing func holder(of entry: Int) -> Holder? { holders[entry]?.holder }

    /// Whether nobody has two endpoints, or one holder both.
    borrowing func haveSameHolder(_ one: Int, _ other: Int) -> Bool {
        guard let first = holder(of: one), let second = holder(of: other) else {
            return holders[one] == nil && holders[other] == nil
        }
        return first.isToldAs(second)
    }

    /// Notes who has an endpoint.
    mutating func note(_ holder: Holder, _ entry: Int) {
        holders[entry] = Known(holder)
        changeCount += 1
    }

    /// Notes that who has an endpoint is its service.
    borrowing func noteService(_ entry: Int) { holders[entry]?.isService = true }

    /// Whether who is known to have it, or to have had it just before, is its service.
    borrowing func isServices(_ entry: Int) -> Bool { holders[entry]?.isService ?? false }

    /// Notes whose process has an endpoint that several services claim.
    mutating func claim(_ entry: Int, by service: Int) { act(table.claim(entry, by: service)) }

    /// Notes X of an endpoint's service: the cgroup of who has bound it.
    mutating func enter(_ place: Place, _ entry: Int) {
        let service = table.claimant(of: entry)
        let generation = table.rule(of: service).generation
        act(table.enter(place, entry, generation: generation))
    }

    /// Notes that who has bound an endpoint is in no cgroup that says who he is.
    @inline(never)
    mutating func enterUnknown(_ entry: Int) { act(table.enterUnknown(entry)) }

    /// Notes that a service is being released by who is in `place`, nil: that says nothing.
    mutating func beginRelease(of service: Int, by place: Place?) {
        act(table.beginRelease(of: service, by: place))
    }

    /// Why an endpoint could not be had when it was last tried.
    borrowing func refusal(of entry: Int) -> Errno? { refusals[entry] }

    /// What has changed where an endpoint stands since this was last asked.
    mutating func takeSteps() -> [Step] {
        defer { steps = [] }
        return steps
    }

    /// Has it found out who has an endpoint, once however often it is asked for.
    mutating func identify(_ entry: Int) {
        if isUnidentified[entry] { return }
        isUnidentified[entry] = true
        unidentified.append(entry)
    }

    /// Whether there are endpoints to be identified.
    var hasUnidentified: Bool { !unidentified.isEmpty }

    /// Some of the endpoints that are to be identified, which is then somebody else's task.
    mutating func takeUnidentified(most: Int) -> [Endpoint] {
        let some = unidentified.prefix(most)
        unidentified.removeFirst(some.count)
        for entry in some { isUnidentified[entry] = false }
        return some.map { table.plan.entries[$0].endpoint }
    }

    /// Makes a hold open, or not, as the plan has it now.
    @inline(never)
    private mutating func renew(_ entry: Int) {
        guard let hold = holds[entry] else { return }
        try? hold.socket.letOthersBeside(table.keeping(of: entry) == .shared)
    }

    /// Makes `plan` the one in force: what stays is not touched, what is gone is let go, what is
    /// new is planned.
    @inline(never)
    mutating func adopt(_ plan: Plan, _ change: Change) {
        let old = table
        table = Table(plan, keeping: change, of: old)
        var holds = [Hold?](repeating: nil, count: plan.entries.count)
        var since = Array(repeating: wallMicroseconds(), count: plan.entries.count)
        var refusals = [Errno?](repeating: nil, count: plan.entries.count)
        var isUnidentified = [Bool](repeating: false, count: plan.entries.count)
        var holders = [Known?](repeating: nil, count: plan.entries.count)
        var deadlines = Deadlines(count: plan.entries.count)
        for pair in change.kept {
            holds[pair.new] = self.holds[pair.old]
            since[pair.new] = self.since[pair.old]
            refusals[pair.new] = self.refusals[pair.old]
            holders[pair.new] = self.holders[pair.old]
            deadlines.set(pair.new, self.deadlines[pair.old])
            isUnidentified[pair.new] = self.isUnidentified[pair.old]
        }
        self.holds = holds
        self.since = since
        self.refusals = refusals
        self.holders = holders
        self.deadlines = deadlines
        self.isUnidentified = isUnidentified
        unidentified = isUnidentified.indices.filter { isUnidentified[$0] }
        steps = []
        for pair in change.kept where old.keeping(of: pair.old) != table.keeping(of: pair.new) {
            renew(pair.new)
        }
        act(table.reconcile())
        changeCount += 1
    }
}
