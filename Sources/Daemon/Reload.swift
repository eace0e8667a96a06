internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// What a reload came to, or would come to.
struct ReloadOutcome {
    let added: Int
    let removed: Int
    let kept: Int
    let diagnostics: [Diagnostic]
    /// What is no longer configured, for those who watch.
    let gone: [ReservationRecord]

    init(_ change: Change, _ diagnostics: [Diagnostic], gone: [ReservationRecord] = []) {
        added = change.added.count
        removed = change.removed.count
        kept = change.kept.count
        self.diagnostics = diagnostics
        self.gone = gone
    }
}

extension Plan.Service {
    /// Whether other units may bind for it than in an old plan that has it, or everybody, or not.
    fileprivate func isChanged(from old: Plan) -> Bool {
        guard let known = old.service(name) else { return false }
        return units != old.services[known].units || isUnguarded != old.services[known].isUnguarded
    }
}

extension Keeper {
    /// Reads the configuration anew and makes it the one in force, step by step: the new plan is
    /// whole before anything is let go, what stays is never touched, what is new is tried last.
    mutating func reload(_ places: Places, _ log: Log) -> ReloadOutcome {
        let (plan, diagnostics) = reading(places)
        log.say(diagnostics, places)
        let old = table.plan
        let change = Change(from: old, to: plan)
        let now = wallMicroseconds()
        let gone = records(of: EntrySet(change.removed), since: now).map { $0.gone(since: now) }
        adopt(plan, change)
        // What is new, and what there were too few descriptors for.
        hold(plan.entries.indices.filter { table.state(of: $0) == .planned }, log)
        let added = counted(change.added.count, "port", "ports")
        let isChanged = plan.services.contains { $0.isChanged(from: old) }
        let news: Text = isChanged ? "; 'unit' or 'unguarded' has changed" : ""
        log.say(
            .notice,
            "portreserve: reloaded: \(added) added, \(change.removed.count) removed, "
                + "\(change.kept.count) kept\(news)", JournalFields(.reloaded))
        return ReloadOutcome(change, diagnostics, gone: gone)
    }

    /// What a reload would come to now; nothing is touched.
    borrowing func rehearseReload(_ places: Places) -> ReloadOutcome {
        let (plan, diagnostics) = reading(places)
        return ReloadOutcome(Change(from: table.plan, to: plan), diagnostics)
    }

    private borrowing func reading(_ places: Places) -> (Plan, [Diagnostic]) {
        var reader = ConfigurationReader(places)
        let plan = reader.plan(services: places.services, after: table.plan)
        return (plan, reader.diagnostics)
    }
}
