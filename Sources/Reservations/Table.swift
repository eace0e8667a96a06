/// The states of all endpoints of a plan, and what the whole comes to.
public struct Table {
    /// What the states are of.
    public let plan: Plan
    private var states: [State]
    /// Endpoints that are held.
    public private(set) var heldCount = 0

    /// Begins with every endpoint planned.
    public init(_ plan: Plan) {
        self.plan = plan
        states = Array(repeating: .planned, count: plan.entries.count)
    }

    /// Takes over the states of `old` for what stays; what is new is planned.
    public init(_ plan: Plan, keeping change: Change, of old: Table) {
        self.init(plan)
        for pair in change.kept { states[pair.new] = old.states[pair.old] }
        heldCount = states.count { $0 == .held }
    }

    /// Where the endpoint stands, by its index in the plan's `entries`.
    public func state(of entry: Int) -> State { states[entry] }

    /// Takes an event, and says what has to be done.
    public mutating func take(_ event: Event, _ entry: Int) -> Effect? {
        assert(states.indices.contains(entry), "an entry of another plan")
        let (state, effect) = transition(states[entry], event)
        heldCount += (state == .held ? 1 : 0) - (states[entry] == .held ? 1 : 0)
        states[entry] = state
        assert((0...states.count).contains(heldCount), "a hold is counted once")
        return effect
    }

    /// The endpoints that a release of `service` reaches.
    public func entries(of service: Int) -> [Int] {
        assert(plan.services.indices.contains(service), "a service of another plan")
        return plan.reservations[plan.services[service].reservations].map { $0.entry }
    }

    /// The endpoints that a release of every service reaches.
    public func entriesNotPermanent() -> [Int] {
        plan.entries.indices.filter { !plan.entries[$0].permanent }
    }
}

extension Table {
    /// Services of which at least one endpoint is held.
    public var heldServiceCount: Int {
        plan.services.count { service in
            plan.reservations[service.reservations].contains { states[$0.entry] == .held }
        }
    }
}
