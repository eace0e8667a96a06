/// A service that does not get all its endpoints, since there are not enough descriptors.
public struct Shortfall: Equatable {
    /// The service, as an index of the plan's `services`.
    public let service: Int
    /// Endpoints that are left out.
    public let missing: Int
    /// Endpoints that it is the first to claim.
    public let wanted: Int
}

/// Which endpoints of a plan are tried, where not all can be.
public struct Selection {
    /// By index of the plan's `entries`.
    public let isChosen: [Bool]
    /// The services that come off badly, in the plan's order.
    public let shortfalls: [Shortfall]

    /// Chooses at most `budget` endpoints: whole services first, in their order; what room is
    /// then left goes to the others in their order.
    ///
    /// What is `free` counts for nothing, and is chosen always.
    public init(of plan: Plan, budget: Int, free: EntrySet = EntrySet()) {
        guard plan.entries.count - free.count > budget else {
            isChosen = Array(repeating: true, count: plan.entries.count)
            shortfalls = []
            return
        }
        var wanted = Array(repeating: 0, count: plan.services.count)
        for (number, entry) in plan.entries.enumerated() where !free.contains(number) {
            wanted[entry.owner] += 1
        }
        var room = max(budget, 0)
        var granted = Array(repeating: 0, count: plan.services.count)
        for service in plan.services.indices where wanted[service] <= room {
            granted[service] = wanted[service]
            room -= wanted[service]
        }
        for service in plan.services.indices where granted[service] < wanted[service] {
            granted[service] = min(wanted[service], room)
            room -= granted[service]
        }
        assert(zip(granted, wanted).allSatisfy { $0 <= $1 }, "nobody gets more than it wants")
        assert(granted.reduce(0, +) == max(budget, 0), "all that is there is given")
        shortfalls = plan.services.indices.filter { granted[$0] < wanted[$0] }.map {
            Shortfall(service: $0, missing: wanted[$0] - granted[$0], wanted: wanted[$0])
        }
        isChosen = plan.entries.enumerated().map { number, entry in
            if free.contains(number) { return true }
            granted[entry.owner] -= 1
            return granted[entry.owner] >= 0
        }
        assert(
            isChosen.count { $0 } == max(budget, 0) + free.count,
            "as many are tried as were granted")
    }
}
