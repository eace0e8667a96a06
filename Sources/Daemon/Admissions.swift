internal import Guard
internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

extension Keeper {
    /// Has the guard keep the plan's endpoints, before the first of them is tried.
    @inline(never)
    mutating func take(_ book: RuleBook) {
        self.book = book
        table.setGuarded(true)
        adoptRules(after: .empty, Change(from: .empty, to: table.plan))
    }

    /// Makes the rules of the plan that is now in force.
    @inline(never)
    mutating func adoptRules(after old: Plan, _ change: Change) {
        if book == nil { return }
        do throws(Errno) {
            unruled = try book?.take(table.plan, after: old, change.kept) ?? []
        } catch {
            return loseGuard(error)
        }
        for service in unruled { table.leaveAlone(service) }
        for service in table.plan.services.indices { book?.admit(table, service, isNew: false) }
        writeRules(Array(table.plan.entries.indices))
    }

    /// Has the guard decide as some endpoints stand now.
    @inline(never)
    mutating func writeRules(_ entries: [Int]) {
        do throws(Errno) { try book?.write(table, entries) } catch { loseGuard(error) }
    }

    /// The same, where X of their service is another one.
    @inline(never)
    mutating func renewRules(of service: Int) {
        unsaved.insert(service)
        if book == nil { return }
        book?.admit(table, service, isNew: false)
        writeRules(table.entries(of: service).filter { table.claimant(of: $0) == service })
    }

    /// The ports that are kept by rules.
    borrowing func guardedPorts() -> PortRanges {
        if book == nil { return .none }
        var ports: [UInt16] = []
        for (entry, planned) in table.plan.entries.enumerated()
        where table.keeping(of: entry) == .guarded {
            ports.append(planned.endpoint.port)
        }
        return PortRanges(ranges(of: ports))
    }

    /// Does without the guard from now on, since it could not be told: what it does not know of
    /// might be refused.
    private mutating func loseGuard(_ refusal: Errno) {
        absence = "its memory: \(refusal)"
        unruled = []
        table.setGuarded(false)
        // Holds are kept for the next instance before its programs are no more.
        saveHoldsAnew()
        remember()
        book = nil
        tellVault { vault throws(Errno) in try vault?.putGuard([]) }
        hasLostGuard = true
        renewHolds()
    }

    /// Looks whether what a rule alone has kept is had by somebody, and holds it where no rule does
    /// any more.
    @inline(never)
    mutating func renewHolds() {
        _ = allowHolds()
        // What was seen before may be over.
        occupants = nil
        for (entry, planned) in table.plan.entries.enumerated()
        where table.state(of: entry) == .held && known[entry].hold == nil {
            if isKeptByRule(entry), !isOccupied(planned.endpoint) { continue }
            take(.ruleFailed, entry)
        }
    }
}
