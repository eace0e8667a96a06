internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

extension Loop {
    /// Loads the guard, or says why there is none, and gives up the right to load more.
    @inline(never)
    mutating func raiseGuard(isWanted: Bool) {
        defer { ThisProcess.dropLoadingCapabilities() }
        if !isWanted {
            guardAbsence = "switched off by --no-guard"
            return
        }
        do throws(GuardAbsence) {
            keeper.take(try loadedGuard())
        } catch {
            guardAbsence = error.why
            log.say(
                .warning,
                "portreserve: no guard: \(error.why), a port is free from its release until its "
                    + "service has bound")
            for line in error.details { log.say(.debug, line) }
        }
        sayUnruled()
    }

    @inline(never)
    private mutating func loadedGuard() throws(GuardAbsence) -> RuleBook {
        let root = try absent("cgroup2") { () throws(Errno) in try lookout.cgroups.openRoot() }
        guard let root else { throw GuardAbsence(why: "there is no cgroup2") }
        var kernel: Guard
        do throws(GuardFailure) {
            kernel = try Guard.load(at: root)
        } catch {
            throw GuardAbsence(error)
        }
        let isMeasured = try absent("cgroup2") { () throws(Errno) in
            try join(kernel)
            return try lookout.cgroups.measure(by: &kernel)
        }
        if !isMeasured { throw GuardAbsence(why: "our own cgroup is not seen from here") }
        return RuleBook(kernel, users: lookout.cgroups.users())
    }

    /// Says which services the guard has no rules for.
    mutating func sayUnruled() {
        for service in keeper.unruled {
            log.say(
                .warning,
                "'\(keeper.table.plan.services[service].name)': the guard has no rule left, its "
                    + "ports are free from their release until it has bound them")
        }
    }
}
