internal import LinuxIO
internal import Reservations
internal import Text

/// Descriptors that are not holds: standard ones, locks, sockets, the loop's, some to read by, and a
/// record's that is turned round.
let descriptorsBesideHolds = 32 + ClientLimits.countMax + holdsPerRecord

/// Raises the limit on open files to what `count` holds need, and says how many may be held.
///
/// The hard limit too is raised where we may; where nothing can be, the limit in force counts.
func holdsAllowed(for count: Int) -> Int {
    let needed = count + descriptorsBesideHolds
    guard let limit = try? OpenFileLimit.current() else { return count }
    if limit.soft >= needed { return count }
    let soft = min(needed, limit.hard)
    if needed > limit.hard, (try? OpenFileLimit.set(soft: needed, hard: needed)) != nil {
        return count
    }
    try? OpenFileLimit.set(soft: soft, hard: limit.hard)
    let inForce = (try? OpenFileLimit.current().soft) ?? limit.soft
    return min(count, inForce - descriptorsBesideHolds)
}

extension Keeper {
    /// Tries every endpoint of the plan once, as far as descriptors go, and says how it went.
    @inline(never)
    mutating func holdAll(_ log: Log) {
        let plan = table.plan
        let free = allowHolds()
        let selection = Selection(of: plan, budget: holdsMax - free.count, free: free)
        let needed = plan.entries.count - free.count + descriptorsBesideHolds
        for shortfall in selection.shortfalls {
            log.say(
                .error, shortfall.sentence(plan, needed: needed),
                JournalFields(.notReserved, plan.services[shortfall.service].name))
        }
        // What was with its service before a restart is so now.
        for number in plan.entries.indices where table.state(of: number) == .planned {
            if !selection.isChosen[number] {
                known[number].hold = nil
                storedHolds.note(number)
            } else if let refusal = start(number) {
                sayRefusal(of: number, refusal, log)
            }
        }
        reconcile()
        sayReservations(log)
        sayTotal(log)
    }

    /// Sets how much may be held, and says what of it needs no descriptor.
    mutating func allowHolds() -> EntrySet {
        let entries = table.plan.entries.indices
        let free = EntrySet(book == nil ? [] : entries.filter { isKeptByRule($0) })
        holdsMax = holdsAllowed(for: entries.count - free.count) + free.count
        return free
    }

    /// Holds `entries` as far as descriptors go, and says what could not be had.
    @inline(never)
    mutating func hold(_ entries: [Int], _ log: Log) {
        let free = allowHolds()
        var left = 0
        for entry in entries where table.state(of: entry) != .held {
            guard let refusal = hold(entry) else { continue }
            if refusal == .tooManyOpenFiles {
                left += 1
            } else {
                sayRefusal(of: entry, refusal, log)
            }
        }
        // Whoever is told of it finds it held after a crash too.
        remember()
        if left > 0 {
            log.say(
                .error,
                "portreserve: \(counted(left, "port is", "ports are")) not reserved: the limit on"
                    + " open files is too low, "
                    + "\(table.plan.entries.count - free.count + descriptorsBesideHolds) are needed",
                JournalFields(.notReserved))
        }
    }

    /// Says that an endpoint could not be had.
    borrowing func sayRefusal(of entry: Int, _ refusal: Errno, _ log: Log) {
        let told = Saying(table, entry)
        let entry = table.plan.entries[entry]
        let owner = table.plan.services[entry.owner].name
        if table.stays, refusal == .addressInUse {
            // It may be the service itself, which is said then.
            log.say(
                .info, "\(entry.endpoint): in use, finding out whether by '\(owner)'",
                told.fields(nil))
            return
        }
        log.say(
            .error, "\(entry.endpoint): bind: \(refusal), not reserved for '\(owner)'",
            told.fields(.notReserved))
    }

    private borrowing func sayReservations(_ log: Log) {
        guard log.isVerbose else { return }
        for service in table.plan.services {
            for reservation in table.plan.reservations[service.reservations]
            where table.state(of: reservation.entry) == .held {
                let endpoint = table.plan.entries[reservation.entry].endpoint
                log.say(.debug, "Reserved \(endpoint) for \(service.name)")
            }
        }
    }

    @inline(never)
    private borrowing func sayTotal(_ log: Log) {
        let total = table.plan.entries.count
        let away = table.plan.entries.indices.count { table.state(of: $0).isRemembered }
        let lost = total - table.heldCount - away
        if lost > 0 {
            let ports: Text = counted(total, "port", "ports")
            let verb = verb(of: lost)
            let isAllBusy = table.stays && busyCount() == lost
            if isAllBusy {
                log.say(.notice, "portreserve: \(lost) of \(ports) \(verb) in use")
            } else {
                log.say(.error, "portreserve: \(lost) of \(ports) \(verb) not reserved, see above")
            }
        }
        if away > 0 {
            log.say(
                .notice,
                "portreserve: \(away) of \(counted(total, "port", "ports")) \(verb(of: away)) released or"
                    + " served, as before the restart",
                table.heldCount == 0 ? JournalFields(.ready) : nil)
        }
        guard table.heldCount > 0 else {
            if lost == total {
                log.say(.notice, "portreserve: nothing is reserved", JournalFields(.ready))
            }
            return
        }
        let ports: Text = counted(table.heldCount, "port", "ports")
        let services: Text = counted(table.heldServiceCount, "service", "services")
        log.say(
            .notice, "portreserve: holding \(ports) of \(services)", JournalFields(.ready))
    }
}

extension Keeper {
    fileprivate borrowing func busyCount() -> Int {
        table.plan.entries.indices.count { entry in
            if case .busy = table.state(of: entry) { true } else { false }
        }
    }
}

extension Shortfall {
    fileprivate func sentence(_ plan: Plan, needed: Int) -> Text {
        let ports: Text = counted(wanted, "port", "ports")
        return
            "'\(plan.services[service].name)': \(missing) of \(ports) \(verb(of: missing)) not reserved: "
            + "the limit on open files is too low, \(needed) are needed"
    }
}

@inline(never)
private func verb(of count: Int) -> Text { count == 1 ? "is" : "are" }
