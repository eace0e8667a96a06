internal import Control
internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

/// Events of the guard's that are read at once, of each kind.
private let eventsPerTurnMax = 256
/// How long refusals are let come in before they are read again.
private let refusalsRestMs = 100
/// Between two looks at all sockets, where news was lost.
private let recountPauseMs = 1_000

extension Loop {
    /// Takes what the guard's programs have told.
    @inline(never)
    mutating func takeGuardNews(now: Int) {
        guard let news = try? keeper.book?.kernel.readEvents(most: eventsPerTurnMax) else { return }
        for event in news {
            switch event.kind {
            case .bound: takeBound(event)
            case .letGo: takeLetGo(event)
            case .refused: takeRefused(event)
            }
        }
        guard let lost = keeper.book?.lostCount, lost != guardWatch.lostCount else { return }
        guardWatch.lostCount = lost
        if guardWatch.recountAt == nil {
            guardWatch.recountAt = max(now, guardWatch.recountedAt + recountPauseMs)
        }
    }

    /// Sets right what depends on news that was lost.
    @inline(never)
    mutating func recountSockets(now: Int) {
        guard let due = guardWatch.recountAt, due <= now else { return }
        guardWatch.recountAt = nil
        guardWatch.recountedAt = now
        guardWatch.sockets.forgetAll()
        look(at: keeper.unbound(withRules: true))
        for entry in lookout.contested { keeper.identify(entry) }
    }

    /// Leaves refusals alone for a while: a bind loop of anybody's wakes us so often and no more.
    mutating func restFromRefusals(now: Int) {
        guardWatch.refusalsAt = now + refusalsRestMs
        listenToRefusals(.none)
    }

    /// Reads them again when that is over.
    mutating func endRestFromRefusals(now: Int) {
        guard let due = guardWatch.refusalsAt, due <= now else { return }
        guardWatch.refusalsAt = nil
        listenToRefusals(.read)
    }

    @inline(never)
    private mutating func takeBound(_ event: GuardEvent) {
        let identity = lookout.cgroups.identity(inCgroup: event.cgroup)
        var place = identity.flatMap { lookout.cgroups.place(of: $0) }
        guardWatch.sockets.note(
            event.cookie, event.transport.own, event.port, place: place?.id ?? 0)
        let entries = entries(of: event)
        for entry in entries {
            switch keeper.table.state(of: entry) {
            case .released, .idle, .busy(_, isAsked: true):
                // A bind of all addresses may be of one family alone.
                if isBound(entry) { keeper.take(.serviceBound, entry) }
            // What is known, or being found out, is older than this; not where it is one more socket
            // of a server, as for each peer in UDP.
            case .serving:
                let isKnown =
                    guardWatch.knowsPids && keeper.holder(of: entry)?.has(event.pid) == true
                if !isKnown { keeper.identify(entry) }
            case .planned, .binding, .held, .busy, .failed: break
            }
        }
        for entry in firstOfEachService(entries.filter { keeper.table.state(of: $0) == .serving }) {
            let service = keeper.table.claimant(of: entry)
            place?.isOwn = identity?.belongs(to: keeper.table.plan.services[service]) == true
            if let place {
                keeper.enter(place, entry, generation: event.generation)
            } else {
                keeper.renewRules(of: service)
            }
        }
    }

    @inline(never)
    private mutating func takeLetGo(_ event: GuardEvent) {
        let entries = entries(of: event)
        if let place = guardWatch.sockets.forget(event.cookie), place != 0 {
            for entry in firstOfEachService(entries) { keeper.letGo(place, entry) }
        }
        // Linux: this is told a moment before the port is free; that is told as a departure.
        takeDepartures(from: entries.filter { keeper.table.state(of: $0) == .serving })
    }

    @inline(never)
    mutating func takeRefused(_ event: GuardEvent) {
        guard let entry = entry(of: event) else { return }
        let identity = lookout.cgroups.identity(inCgroup: event.cgroup)
        let incident = incident(
            .refused, entry,
            Incident.Culprit(
                uid: event.uid, cgroup: event.cgroup,
                pid: guardWatch.knowsPids ? event.pid : nil, command: event.command,
                unit: identity?.unit),
            count: event.count)
        let isFirst = incidents.note(incident, isTotal: true)
        let cure = help(identity, in: event.cgroup, with: entry)
        let isToldMore = cure != .none && guardWatch.explain(event.cgroup)
        if !isFirst, !isToldMore { return }
        let told = Saying(keeper.table, entry)
        log.say(
            .warning, told.refused(incident.culprit, cure),
            told.fields(.refused, incident.culprit))
    }

    /// Gives who was refused what helps him, as far as that can be done here; says what it is.
    @inline(never)
    private mutating func help(
        _ identity: Identity?, in cgroup: UInt64, with entry: Int
    ) -> Cure {
        let service = keeper.table.claimant(of: entry)
        let refused: Refused
        if let identity {
            let isIts = identity.belongs(to: keeper.table.plan.services[service])
            refused = !isIts ? .stranger : identity.isNested ? .nested : .unit
        } else {
            refused = lookout.cgroups.cgroup(of: cgroup) == nil ? .gone : .stranger
        }
        let cure = keeper.table.cure(of: entry, for: refused)
        guard cure == .admission else { return cure }
        guard let place = identity.flatMap({ place(of: $0, service) }) else { return .none }
        keeper.admit(place, to: service)
        return cure
    }

    /// Notes who has an endpoint that is not his.
    mutating func noteBusy(_ holder: Holder, _ entry: Int) {
        guard let process = holder.processes.first else { return }
        let cgroup = process.cgroup.flatMap { lookout.cgroups.id(of: $0) } ?? 0
        _ = incidents.note(incident(.busy, entry, Incident.Culprit(process, cgroup), count: 1))
    }

    private borrowing func incident(
        _ kind: IncidentRecord.Kind, _ entry: Int, _ culprit: Incident.Culprit, count: Int
    ) -> Incident {
        let plan = keeper.table.plan
        return Incident(
            kind: kind, service: plan.services[keeper.table.claimant(of: entry)].name,
            endpoint: plan.entries[entry].endpoint, culprit: culprit, at: wallMicroseconds(),
            count: count)
    }

    /// Counts the refusals that no event has told of yet.
    @inline(never)
    mutating func recountIncidents() {
        switch keeper.book {
        case .none: return
        case .some(let book):
            incidents.recount { incident in
                (try? book.kernel.refusalCount(
                    cgroup: incident.culprit.cgroup, uid: incident.culprit.uid,
                    incident.endpoint.transport.kernels, port: incident.endpoint.port)) ?? nil
            }
        }
    }

    @inline(never)
    private borrowing func entries(of event: GuardEvent) -> [Int] {
        keeper.table.plan.entriesOnPort(event.transport.own, event.port)
    }

    /// A socket is counted once for a service, however many addresses of the port it has.
    @inline(never)
    private borrowing func firstOfEachService(_ entries: [Int]) -> [Int] {
        var services = EntrySet()
        var firsts: [Int] = []
        for entry in entries {
            let service = keeper.table.claimant(of: entry)
            if !services.contains(service) { firsts.append(entry) }
            services.insert(service)
        }
        return firsts
    }

    /// The one that a refused bind would have taken, where a port has several addresses.
    @inline(never)
    private borrowing func entry(of event: GuardEvent) -> Int? {
        let entries = entries(of: event)
        return entries.first { entry in
            keeper.table.plan.entries[entry].endpoint.address.kernels == event.address
        } ?? entries.first
    }

    @inline(never)
    private borrowing func isBound(_ entry: Int) -> Bool {
        let endpoint = keeper.table.plan.entries[entry].endpoint
        if endpoint.address == .any { return true }
        return Sighting(of: endpoint)?.servers.isEmpty == false
    }
}

/// What is remembered of the guard's news.
struct GuardWatch {
    /// Events that were lost, when they were last counted.
    var lostCount = 0
    /// When all sockets are looked at, since news was lost; nil: none was.
    var recountAt: Int?
    var recountedAt = Int.min / 2
    /// When refusals are read again; nil: they are read now.
    var refusalsAt: Int?
    /// When the list of reserved ports is looked at again.
    var reservedAt: Int?
    var sockets = BoundSockets()
    /// Whether pids in the kernel's events are those of our pid namespace.
    let knowsPids = ThisProcess.isInFirstPidNamespace
    /// Cgroups of which it was said how to let them bind.
    private var explained: [UInt64] = []

    /// When the first of all that is due; nil: nothing is.
    var next: Int? { earlier(earlier(recountAt, refusalsAt), reservedAt) }

    /// Whether that is to be said of a cgroup now, the last ones only.
    mutating func explain(_ cgroup: UInt64) -> Bool {
        if explained.contains(cgroup) { return false }
        if explained.count == GuardWatch.explainedMax { explained.removeFirst() }
        explained.append(cgroup)
        return true
    }

    private static let explainedMax = 64
}

/// The sockets that programs have let bind, and in which places, as long as it is told when they
/// are let go.
struct BoundSockets {
    /// As many as the programs follow.
    private static let countMax = 1_024

    private var cookies: [UInt64] = []
    /// 0: in none that is known.
    private var places: [UInt64] = []
    private var keys: [Int] = []

    mutating func note(
        _ cookie: UInt64, _ transport: TransportProtocol, _ port: UInt16, place: UInt64
    ) {
        if cookies.count == BoundSockets.countMax { return }
        cookies.append(cookie)
        places.append(place)
        keys.append(key(transport, port))
    }

    /// The place of a socket that is no more.
    mutating func forget(_ cookie: UInt64) -> UInt64? {
        guard let index = cookies.firstIndex(of: cookie) else { return nil }
        cookies.remove(at: index)
        keys.remove(at: index)
        return places.remove(at: index)
    }

    /// Forgets all, since not all was told.
    mutating func forgetAll() { self = BoundSockets() }

    /// Whether one is bound there.
    func has(_ endpoint: Endpoint) -> Bool {
        keys.contains(key(endpoint.transport, endpoint.port))
    }

    private func key(_ transport: TransportProtocol, _ port: UInt16) -> Int {
        Int(transport.rawValue) << 16 | Int(port)
    }
}

extension Transport {
    /// Ours.
    fileprivate var own: TransportProtocol { self == .tcp ? .tcp : .udp }
}
