internal import LinuxIO
internal import Reservations
internal import Signs

/// All that tells of what becomes of services: sources to wait for, and looks to be taken.
struct Lookout: ~Copyable {
    /// How long after a release one looks for the first time whether the service has bound.
    ///
    /// Each look doubles it, up to `releasedMsMax`, and where a service only may bind again up to
    /// `idleMsMax`; without the guard nothing tells of a bind. At cgroups one looks as well.
    private static let lookMsMin = 10
    private static let releasedMsMax = 1_000
    private static let idleMsMax = 5_000

    var cgroups: Cgroups
    var owners: Owners
    var inquiry = Inquiry()
    /// nil where the kernel has no such news; then the looks have to do.
    private var departures: Departures?
    /// Endpoints whose sockets' ends are told of.
    private(set) var contested: [Int] = []
    /// When one looks next, in monotonic milliseconds; nil: there is nothing to look for.
    private(set) var lookAt: Int?
    private var lookMs = Lookout.lookMsMin

    /// Looks at nothing yet; processes have the tokens from `firstToken` on.
    init(firstToken: UInt64) {
        cgroups = Cgroups()
        owners = Owners(firstToken: firstToken)
        departures = try? Departures()
    }

    /// Begins to be told of in `events`.
    borrowing func join(
        _ events: borrowing Events, departures token: UInt64, cgroups other: UInt64
    ) throws(Errno) {
        if departures != nil { try join(events, token) }
        try cgroups.join(events, token: other)
    }

    private borrowing func join(_ events: borrowing Events, _ token: UInt64) throws(Errno) {
        switch departures {
        case .none: return
        case .some(let source): try events.add(source.descriptor, token: token)
        }
    }

    /// Goes on with finding out who has what is to be identified.
    mutating func findOut(_ keeper: inout Keeper) -> [Finding] { inquiry.goOn(&keeper, cgroups) }

    /// Sockets that have closed; nil: there were too many to be told of, or none can be.
    mutating func readDepartures() -> [FoundSocket]? {
        guard case .gone(let sockets)? = try? departures?.read() else { return nil }
        return sockets
    }

    /// Watches what the table's states depend on, and nothing else.
    @inline(never)
    mutating func follow(_ keeper: borrowing Keeper, now: Int) {
        contested = keeper.contested()
        var unconnected: [UInt16] = []
        var all: [UInt16] = []
        for entry in contested {
            let endpoint = keeper.table.plan.entries[entry].endpoint
            // A server of UDP may be connected.
            switch (keeper.holder(of: entry)?.means, endpoint.transport) {
            case (.server, .tcp): unconnected.append(endpoint.port)
            case (.server, .udp), (.connection, _), (.timeWait, _), (.unseen, _), (nil, _):
                all.append(endpoint.port)
            }
        }
        try? departures?.watch(unconnected: ranges(of: unconnected), all: ranges(of: all))
        cgroups.follow(keeper.table.watchedPlaces)
        owners.keep(keeper.awaitedProcesses())
        lookMs = Lookout.lookMsMin
        planLook(keeper, now: now)
    }

    /// Plans the look after one that was due.
    mutating func planNextLook(_ keeper: borrowing Keeper, now: Int) {
        lookMs = min(2 * lookMs, Lookout.idleMsMax)
        planLook(keeper, now: now)
    }

    /// Looks soon, and then less and less often.
    @inline(never)
    private mutating func planLook(_ keeper: borrowing Keeper, now: Int) {
        let unbound = keeper.unbound()
        if unbound.contains(where: { keeper.table.state(of: $0).isReleased }) {
            lookMs = min(lookMs, Lookout.releasedMsMax)
        }
        lookAt = unbound.isEmpty ? nil : now + lookMs
    }
}

extension Keeper {
    /// Endpoints that somebody else has, or has just had.
    borrowing func contested() -> [Int] {
        if !table.stays { return [] }
        return table.plan.entries.indices.filter { entry in
            switch table.state(of: entry) {
            case .serving, .busy: true
            case .planned, .binding, .held, .released, .idle, .failed: false
            }
        }
    }

    /// Processes whose ends something depends on: X is not known, so they are all that is.
    borrowing func awaitedProcesses() -> [Int32] {
        var pids: [Int32] = []
        for entry in table.plan.entries.indices where awaitsProcesses(entry) {
            pids += holder(of: entry)?.processes.map { $0.pid } ?? []
        }
        return pids
    }

    /// Whether the endpoint's life depends on the processes that have its socket.
    borrowing func awaitsProcesses(_ entry: Int) -> Bool {
        switch table.state(of: entry) {
        case .serving: table.stays && table.presence(of: entry) == .unknown
        case .idle(.owners): true
        case .planned, .binding, .held, .released, .idle, .busy, .failed: false
        }
    }

    /// Endpoints that a service may bind, which is to be seen by looking: of what a rule of the
    /// guard lets in its programs tell, unless news was lost.
    @inline(never)
    borrowing func unbound(withRules: Bool = false) -> [Int] {
        if !table.stays { return [] }
        return table.plan.entries.indices.filter { entry in
            switch table.state(of: entry) {
            case .released, .idle: withRules || table.admission(to: entry) == .everybody
            case .planned, .binding, .held, .serving, .busy, .failed: false
            }
        }
    }
}
