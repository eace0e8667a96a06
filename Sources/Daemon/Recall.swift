internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

extension Loop {
    /// Has services stand where they stood for the last instance; what happened meanwhile is found
    /// out in the first turn.
    @inline(never)
    mutating func recall(_ records: [VaultRecord]) {
        for record in records where !record.isOfHolds && record.key != startsKey {
            guard let name = record.service, let service = keeper.table.plan.service(name) else {
                keeper.drop(record.key)
                continue
            }
            guard let remembered = record.numbers().flatMap({ Remembered($0) }) else {
                log.say(
                    .warning,
                    "'\(name)': how it stood before the restart cannot be read, ignoring that",
                    JournalFields(.forgotten, name))
                keeper.drop(record.key)
                continue
            }
            var places = remembered.places.compactMap { id in
                lookout.cgroups.identity(inCgroup: id).flatMap { place(of: $0, service) }
            }
            places += newPlaces(remembered, of: keeper.table.plan.services[service])
            keeper.recall(remembered, places, of: service)
            isFollowingStale = true
            guardWatch.recountAt = monotonicMilliseconds()
        }
    }

    /// Units that may have come since, which nobody was told of: to look for one may take a walk
    /// through all cgroups.
    private mutating func newPlaces(_ remembered: Remembered, of service: Plan.Service) -> [Place] {
        let mayHaveCome =
            service.units.count > 1 || remembered.entries.contains { $0.state.isReleased }
        if !mayHaveCome { return [] }
        var places: [Place] = []
        for unit in service.units + [Text(service.name.bytes) + ".service"] {
            guard let place = lookout.cgroups.place(ofUnit: unit) else { continue }
            if !remembered.places.contains(place.id) { places.append(place) }
        }
        return places
    }

    /// Tells of binds that the programs of the last instance have refused in between.
    mutating func takeInheritedRefusals() {
        for event in inheritedRefusals { takeRefused(event) }
        inheritedRefusals = []
    }

    /// Says what is no longer kept, by the guard or for the next instance.
    @inline(never)
    mutating func sayLosses() {
        if keeper.hasLostGuard, let why = keeper.absence { sayUnguarded(why) }
        keeper.hasLostGuard = false
        if let refusal = keeper.vaultRefusal.take() {
            manager?.tell(Vault.removal)
            sayStoreRefusal(refusal, log)
        }
        let count = keeper.storedHolds.lackCount
        if count <= toldLackCount { return }
        toldLackCount = count
        log.say(
            .warning,
            "portreserve: \(counted(count, "port is", "ports are")) not kept over a restart: too many"
                + " have no guard", JournalFields(.unguarded))
    }

    /// Says how things stand, for `systemctl status`.
    @inline(never)
    mutating func tellStatus() {
        let change = keeper.changeCount
        if manager == nil || toldStatusOf == change { return }
        var (served, released, others) = (0, 0, 0)
        for entry in keeper.table.plan.entries.indices {
            switch keeper.table.state(of: entry) {
            case .held: break
            case .serving, .idle: served += 1
            case .released: released += 1
            case .planned, .binding, .busy, .failed: others += 1
            }
        }
        var status: Text = "holding \(counted(keeper.table.heldCount, "port", "ports"))"
        if served > 0 { status.append(", \(served) with their services") }
        if released > 0 { status.append(", \(released) released") }
        if others > 0 { status.append(", \(others) not held: see 'portreservectl status'") }
        if keeper.book == nil { status.append("; no guard") }
        if status != toldStatus, manager?.tell(status: status) == false { return }
        (toldStatus, toldStatusOf) = (status, change)
    }
}

extension Keeper {
    /// Keeps the guard for the next instance, and ends the last one's.
    mutating func replaceGuard(_ old: [Handle]) {
        let descriptors = book?.kernel.descriptors ?? []
        tellVault { vault throws(Errno) in try vault?.putGuard(descriptors) }
        for one in old { _ = one.take() }
    }
}
