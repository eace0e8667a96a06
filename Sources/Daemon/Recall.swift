internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

extension Loop {
    /// Has services stand where they stood for the last instance; what happened meanwhile is found
    /// out in the first turn.
    @inline(never)
    mutating func recall(_ records: [VaultRecord]) {
        for record in records {
            guard let service = record.service.flatMap({ keeper.table.plan.service($0) }) else {
                continue
            }
            guard let remembered = record.numbers().flatMap({ Remembered($0) }) else {
                log.say(
                    .warning,
                    "'\(keeper.table.plan.services[service].name)': how it stood before the restart"
                        + " cannot be read, ignoring that")
                continue
            }
            let places = remembered.places.compactMap { id in
                lookout.cgroups.identity(inCgroup: id).flatMap { place(of: $0, service) }
            }
            keeper.recall(remembered, places, of: service)
            guardWatch.recountAt = monotonicMilliseconds()
        }
    }

    /// Tells of binds that the programs of the last instance have refused in between.
    @inline(never)
    mutating func takeInheritedRefusals() {
        for event in inheritedRefusals { takeRefused(event) }
        inheritedRefusals = []
    }

    /// Says that nothing is left to the next instance any more.
    @inline(never)
    mutating func sayVaultRefusal() {
        guard let refusal = keeper.vaultRefusal.take() else { return }
        log.say(
            .warning,
            "portreserve: the fd store: \(refusal), a restart will let go of every port")
    }

    /// Says how things stand, for `systemctl status`.
    @inline(never)
    mutating func tellStatus() {
        if manager == nil { return }
        let plan = keeper.table.plan
        let held = keeper.table.heldCount
        let serving = plan.entries.indices.count { keeper.table.state(of: $0) == .serving }
        var status: Text = "holding \(counted(held, "port", "ports"))"
        if serving > 0 { status = status + ", \(serving) with their services" }
        let rest = plan.entries.count - held - serving
        if rest > 0 { status = status + ", \(rest) not held: see portreservectl status" }
        if keeper.book == nil { status = status + "; no guard" }
        manager?.tell(status: status)
    }
}

extension Keeper {
    /// Keeps the guard for the next instance, and ends the last one's.
    @inline(never)
    mutating func replaceGuard(_ old: [Handle]) {
        tellNext { keeper throws(Errno) in
            try keeper.vault?.putGuard(keeper.book?.kernel.descriptors ?? [])
        }
        for one in old { _ = one.take() }
    }
}
