/// The states of all endpoints of a plan, X of its services, and what the whole comes to.
public struct Table {
    /// What the states are of.
    public let plan: Plan
    /// Whether endpoints are held again once their services are gone.
    public let stays: Bool
    /// Whether there is a guard.
    public private(set) var isGuarded: Bool
    /// What a state becomes: `transition`, and in the walk a mistake that it has to find.
    package var function: (State, Event, Keeping) -> (State, Effects) = transition
    var states: [State]
    /// The service that each endpoint was last released to.
    var claimants: [Int32]
    var rules: [Rule]
    /// By service: how many of the endpoints that it claims are serving.
    var servingCounts: [Int]
    /// By entry: whether some service that claims it is `unguarded`, whoever has it now.
    private var isLeftAlone: [Bool]
    /// Endpoints that are held.
    public private(set) var heldCount = 0

    /// Begins with every endpoint planned.
    public init(_ plan: Plan, stays: Bool = false, isGuarded: Bool = false) {
        self.plan = plan
        self.stays = stays
        self.isGuarded = isGuarded
        states = Array(repeating: .planned, count: plan.entries.count)
        claimants = plan.entries.map { Int32($0.owner) }
        rules = Array(repeating: Rule(), count: plan.services.count)
        servingCounts = Array(repeating: 0, count: plan.services.count)
        isLeftAlone = Array(repeating: false, count: plan.entries.count)
        for service in plan.services.indices where plan.services[service].isUnguarded {
            leaveAlone(service)
        }
    }

    /// From now on there is a guard, or there is none.
    ///
    /// No state depends on that; what becomes of it later does.
    public mutating func setGuarded(_ isGuarded: Bool) { self.isGuarded = isGuarded }

    /// Has the guard leave a service alone.
    public mutating func leaveAlone(_ service: Int) {
        for entry in entries(of: service) { isLeftAlone[entry] = true }
    }

    /// Takes over from `old` what stays; what is new is planned.
    public init(_ plan: Plan, keeping change: Change, of old: Table) {
        self.init(plan, stays: old.stays, isGuarded: old.isGuarded)
        function = old.function
        var oldEntries = Array(repeating: Int32(-1), count: plan.entries.count)
        for pair in change.kept {
            states[pair.new] = old.states[pair.old]
            oldEntries[pair.new] = Int32(pair.old)
        }
        for (number, service) in plan.services.enumerated() {
            guard let known = old.plan.service(service.name) else { continue }
            rules[number] = old.rules[known]
            for entry in entries(of: number) where oldEntries[entry] >= 0 {
                guard old.claimant(of: Int(oldEntries[entry])) == known else { continue }
                claimants[entry] = Int32(number)
                oldEntries[entry] = -1
            }
        }
        // These were claimed by a line that is no more: their states wait for its places' news.
        for (entry, oldEntry) in oldEntries.enumerated() where oldEntry >= 0 {
            let claimant = claimant(of: entry)
            let isNew = old.plan.service(plan.services[claimant].name) == nil
            rules[claimant].takeOver(old.rules[old.claimant(of: Int(oldEntry))], isNew: isNew)
        }
        for (entry, state) in states.enumerated() {
            if state == .held { heldCount += 1 }
            if state == .serving { servingCounts[claimant(of: entry)] += 1 }
        }
    }

    /// Where the endpoint stands, by its index in the plan's `entries`.
    public func state(of entry: Int) -> State { states[entry] }

    /// The service that the endpoint was last released to, or the first that claims it.
    public func claimant(of entry: Int) -> Int { Int(claimants[entry]) }

    /// What is known of X for the endpoint.
    public func presence(of entry: Int) -> Presence { rules[claimant(of: entry)].presence }

    /// X of a service.
    public func rule(of service: Int) -> Rule { rules[service] }

    /// How the endpoint is kept.
    public func keeping(of entry: Int) -> Keeping {
        if !stays { return .once }
        // Whoever shares may come without a release, and then nothing says who he is.
        let isShared = plan.entries[entry].share && plan.entries[entry].endpoint.transport == .tcp
        if isShared { return .shared }
        return isGuarded && !isLeftAlone[entry] ? .guarded : .unguarded
    }

    /// Who may bind the endpoint now, as far as the guard has a say.
    public func admission(to entry: Int) -> Admission {
        guard keeping(of: entry) == .guarded else { return .everybody }
        switch states[entry] {
        case .planned, .binding, .held, .failed, .busy(_, isAsked: false): return .nobody
        case .released, .serving, .idle, .busy(_, isAsked: true):
            let service = claimant(of: entry)
            return rules[service].presence == .unknown ? .everybody : .service(service)
        }
    }

    /// Takes an event, and says what has to be done, about the endpoint first.
    @inline(never)
    public mutating func take(_ event: Event, _ entry: Int) -> [Step] {
        assert(states.indices.contains(entry), "an entry of another plan")
        let old = states[entry]
        let step = apply(event, entry)
        if states[entry] == .serving, old != .serving { return [step] + tellSiblings(of: entry) }
        guard states[entry] == .released(.unknown), servingCounts[claimant(of: entry)] > 0 else {
            return [step]
        }
        return [step, apply(.otherServes, entry)]
    }

    /// Tells what else its service claims that it serves, where this is the first; who is released
    /// later is told then.
    @inline(never)
    private mutating func tellSiblings(of entry: Int) -> [Step] {
        let claimant = claimants[entry]
        if servingCounts[Int(claimant)] != 1 { return [] }
        var steps: [Step] = []
        for other in entries(of: Int(claimant))
        where other != entry && claimants[other] == claimant {
            steps.append(apply(.otherServes, other))
        }
        return steps
    }

    private mutating func apply(_ event: Event, _ entry: Int) -> Step {
        let old = states[entry]
        let (state, effects) = function(old, event, keeping(of: entry))
        heldCount += (state == .held ? 1 : 0) - (old == .held ? 1 : 0)
        servingCounts[claimant(of: entry)] +=
            (state == .serving ? 1 : 0) - (old == .serving ? 1 : 0)
        states[entry] = state
        assert((0...states.count).contains(heldCount), "a hold is counted once")
        return Step(entry: entry, event: event, old: old, new: state, effects: effects)
    }
}

extension Table {
    /// The endpoints that a release of `service` reaches.
    public func entries(of service: Int) -> [Int] {
        assert(plan.services.indices.contains(service), "a service of another plan")
        return plan.reservations[plan.services[service].reservations].map { $0.entry }
    }

    /// The endpoints that a release of every service reaches.
    public func entriesNotPermanent() -> [Int] {
        plan.entries.indices.filter { !plan.entries[$0].permanent }
    }

    /// Services of which at least one endpoint is held.
    public var heldServiceCount: Int {
        plan.services.count { service in
            plan.reservations[service.reservations].contains { states[$0.entry] == .held }
        }
    }
}

extension Table {
    /// Whether an endpoint that it claims serves.
    public func isServing(_ service: Int) -> Bool { servingCounts[service] > 0 }

    /// Releases one endpoint to a service that claims it; who has one now keeps its rule.
    @inline(never)
    public mutating func release(_ entry: Int, to service: Int) -> [Step] {
        if states[entry] != .serving { claimants[entry] = Int32(service) }
        return take(.release(presence(of: entry)), entry)
    }

    /// Notes whose process has the endpoint, where more than one service claims it, before the
    /// event that says so.
    public mutating func claim(_ entry: Int, by service: Int) -> [Step] {
        assert(entries(of: service).contains(entry), "who has it has a line for it")
        if claimants[entry] == Int32(service) { return [] }
        let former = claimant(of: entry)
        claimants[entry] = Int32(service)
        let state = states[entry]
        guard state == .serving else { return [] }
        servingCounts[former] -= 1
        servingCounts[service] += 1
        let allowed = Step(
            entry: entry, event: .foundService, old: state, new: state,
            effects: keeping(of: entry) == .guarded ? Effects(.allow) : .none)
        return [allowed] + tellSiblings(of: entry)
    }
}
