internal import Reservations
internal import Text

extension Loop {
    /// Lets a service's endpoints go, as the process `pid` asked, and says how many were held.
    mutating func release(_ service: Int, by pid: Int32?) -> Int {
        let place = place(of: pid)
        beginRelease(of: service, by: place)
        var released = 0
        for entry in keeper.table.entries(of: service) where keeper.release(entry, to: service) {
            released += 1
        }
        if released > 0 {
            log.say(.notice, "Released service \(keeper.table.plan.services[service].name)")
        }
        return released
    }

    /// Lets every service's endpoints go but the permanent ones, and says how many were held.
    mutating func releaseEveryService(by pid: Int32?) -> Int {
        let plan = keeper.table.plan
        let place = place(of: pid)
        for service in plan.services.indices where keeper.isReleasedWithAll(service) {
            beginRelease(of: service, by: place)
        }
        var isReleased = [Bool](repeating: false, count: plan.entries.count)
        for entry in keeper.table.entriesNotPermanent() {
            isReleased[entry] = keeper.release(entry, to: keeper.table.claimant(of: entry))
        }
        for service in plan.services {
            let own = plan.reservations[service.reservations]
            let hadSome = own.contains { isReleased[$0.entry] }
            if hadSome { log.say(.notice, "Released service \(service.name)") }
        }
        return isReleased.count { $0 }
    }

    @inline(never)
    private mutating func beginRelease(of service: Int, by place: Place?) {
        var units: [Place] = []
        for unit in keeper.table.plan.services[service].units where place != nil {
            if let found = lookout.cgroups.place(ofUnit: unit) { units.append(found) }
        }
        keeper.beginRelease(of: service, by: place, and: units)
    }

    /// X, as who asks shows it: he is in the cgroup of who will bind, or says nothing of that.
    @inline(never)
    private mutating func place(of pid: Int32?) -> Place? {
        lookout.cgroups.identity(of: pid).flatMap { lookout.cgroups.place(of: $0) }
    }
}

extension Keeper {
    /// Whether the release of all reaches an endpoint of the service.
    fileprivate borrowing func isReleasedWithAll(_ service: Int) -> Bool {
        table.entries(of: service).contains { !table.plan.entries[$0].permanent }
    }
}
