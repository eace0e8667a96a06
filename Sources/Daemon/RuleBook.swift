internal import Guard
internal import LinuxIO
internal import Reservations
internal import Signs

/// The guard, and what is written for it: the rules of services, and by which of them each endpoint
/// of the plan is kept.
final class RuleBook {
    /// A rule, for one set of addresses.
    private struct Written {
        /// nil: nobody's, by which endpoints are held.
        let owner: ServiceName?
        /// None: all of them.
        let addresses: [InternetAddress]
        let number: RuleNumber
        /// Places that we have let in; programs let in the session of who binds first.
        var places: [GuardPlace] = []
    }

    var kernel: Guard
    /// Where people run what they type: a place as long as a service is awaited.
    var users: GuardPlace?
    private var written: [Written]
    /// What the plan needs no longer, until no port has it any more.
    private var stale: [RuleNumber] = []
    /// By entry; nil: everybody may bind.
    private var assigned: [RuleNumber?] = []

    /// Begins with no rule but that of what is held.
    init(_ kernel: consuming Guard) {
        written = [Written(owner: nil, addresses: [], number: kernel.rules.nobody)]
        self.kernel = kernel
    }

    /// Makes the rules that a plan needs and the last one did not, and names the services for which
    /// none is left.
    ///
    /// `write` has to follow for all entries.
    @inline(never)
    func take(
        _ plan: Plan, after old: Plan, _ kept: [Change.Pair]
    ) throws(Errno) -> [Int] {
        var next = [written[0]]
        var left: [Int] = []
        for (number, service) in plan.services.enumerated() where !service.isUnguarded {
            var isWhole = true
            for addresses in plan.addressSets(of: number) where isWhole {
                let isSealed = try carry(nil, addresses, into: &next)
                isWhole = try carry(service.name, addresses, into: &next) && isSealed
            }
            if !isWhole { left.append(number) }
        }
        for rule in written where !next.contains(where: { $0.number == rule.number }) {
            stale.append(rule.number)
        }
        written = next
        try move(plan, after: old, kept)
        return left
    }

    /// Takes a rule over into `next`, or makes it; false: there is none left.
    @inline(never)
    private func carry(
        _ owner: ServiceName?, _ addresses: [InternetAddress], into next: inout [Written]
    ) throws(Errno) -> Bool {
        func isIt(_ rule: Written) -> Bool { rule.owner == owner && rule.addresses == addresses }
        if next.contains(where: isIt) { return true }
        if let known = written.first(where: isIt) {
            next.append(known)
            return true
        }
        guard let number = try kernel.rules.make(for: addresses) else { return false }
        next.append(Written(owner: owner, addresses: addresses, number: number))
        return true
    }

    /// Frees the ports that no line names any more.
    @inline(never)
    private func move(_ plan: Plan, after old: Plan, _ kept: [Change.Pair]) throws(Errno) {
        var next = [RuleNumber?](repeating: nil, count: plan.entries.count)
        for pair in kept where pair.old < assigned.count {
            next[pair.new] = assigned[pair.old]
            assigned[pair.old] = nil
        }
        var gone: [GuardedPorts] = []
        for (entry, number) in assigned.enumerated() where number != nil {
            let endpoint = old.entries[entry].endpoint
            let heirs = plan.entriesOnPort(endpoint.transport, endpoint.port)
            if heirs.isEmpty { append(endpoint, to: &gone) }
            // The port has its rule until `write` decides.
            for heir in heirs where next[heir] == nil { next[heir] = number }
        }
        assigned = next
        try kernel.rules.assign(gone, to: nil)
    }

    /// Has the programs decide as the states of `entries` say.
    @inline(never)
    func write(_ table: Table, _ entries: [Int]) throws(Errno) {
        var changes: [(number: RuleNumber?, ports: [GuardedPorts])] = []
        for entry in entries {
            let number = number(for: entry, table)
            if assigned[entry] == number { continue }
            // The table has one for a port, whatever its addresses.
            for other in table.plan.entriesOnPort(of: entry) { assigned[other] = number }
            if changes.last?.number != number || changes.isEmpty { changes.append((number, [])) }
            append(table.plan.entries[entry].endpoint, to: &changes[changes.count - 1].ports)
        }
        for change in changes { try kernel.rules.assign(change.ports, to: change.number) }
        for number in stale { kernel.rules.retire(number) }
        stale = []
    }

    /// Lets X of a service in, and users' sessions while it is awaited; nobody else any longer.
    ///
    /// `isNew`: a new release, whose session will be another one.
    @inline(never)
    func admit(_ table: Table, _ service: Int, isNew: Bool) {
        let x = table.rule(of: service)
        var places = x.places.map { GuardPlace(id: $0.id, level: $0.level) }
        if let users, isNew || table.isAwaited(service) { places.append(users) }
        let name = table.plan.services[service].name
        // A session that programs have let in for one rule of the service is so for all of them.
        var sessions: [GuardPlace] = []
        for rule in written where rule.owner == name && !isNew {
            sessions += kernel.rules.places(of: rule.number).filter { place in
                !place.isOpen && !rule.places.contains { $0.id == place.id }
            }
        }
        for index in written.indices where written[index].owner == name {
            let rule = written[index].number
            for place in isNew ? kernel.rules.places(of: rule) : written[index].places
            where !places.contains(where: { $0.id == place.id }) {
                kernel.rules.clear(place.id, of: rule)
            }
            for place in places + sessions { _ = kernel.rules.add(place, to: rule) }
            kernel.rules.begin(x.generation, of: rule)
            written[index].places = places
        }
    }

    @inline(never)
    private func number(for entry: Int, _ table: Table) -> RuleNumber? {
        let plan = table.plan
        var owner: ServiceName?
        // Several addresses of a port have one rule: it lets in whom one of them does.
        for other in plan.entriesOnPort(of: entry) {
            switch table.admission(to: other) {
            case .everybody: return nil
            case .nobody: break
            case .service(let service): owner = plan.services[service].name
            }
        }
        let addresses = plan.addresses(onPortOf: entry)
        return written.first { $0.owner == owner && $0.addresses == addresses }?.number
    }
}

extension RuleBook {
    /// How many news of sockets found no room.
    var lostCount: Int {
        let lost = kernel.rules.lost
        return lost.life + lost.sockets
    }
}

extension Table {
    /// Whether an endpoint of the service is released, and none is bound yet.
    fileprivate func isAwaited(_ service: Int) -> Bool {
        !isServing(service)
            && entries(of: service).contains {
                state(of: $0).isReleased && claimant(of: $0) == service
            }
    }
}

extension Plan {
    /// The sets of addresses on which the service has ports; an empty one is all of them.
    fileprivate func addressSets(of service: Int) -> [[InternetAddress]] {
        var sets: [[InternetAddress]] = []
        for reservation in reservations[services[service].reservations] {
            let addresses = addresses(onPortOf: reservation.entry)
            if sets.last != addresses, !sets.contains(addresses) { sets.append(addresses) }
        }
        return sets
    }

    /// The addresses that a rule for the endpoint's port is for; none: all of them.
    @inline(never)
    fileprivate func addresses(onPortOf entry: Int) -> [InternetAddress] {
        if entries[entry].endpoint.address == .any { return [] }
        return entriesOnPort(of: entry).compactMap { entries[$0].endpoint.address.kernels }
    }
}

/// Joins what is next to the last ports.
@inline(never)
private func append(_ endpoint: Endpoint, to ports: inout [GuardedPorts]) {
    let transport = endpoint.transport.kernels
    if let last = ports.last, last.transport == transport, last.ports.upperBound < endpoint.port,
        endpoint.port - last.ports.upperBound == 1
    {
        ports[ports.count - 1] = GuardedPorts(
            transport, last.ports.lowerBound...endpoint.port)
    } else {
        ports.append(GuardedPorts(transport, endpoint.port...endpoint.port))
    }
}
