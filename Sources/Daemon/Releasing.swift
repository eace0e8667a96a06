internal import Reservations
internal import Text

extension Loop {
    /// Lets a service's endpoints go, as somebody asked, and says how many were held.
    mutating func release(_ service: Int, by identity: Identity?) -> Int {
        beginRelease(of: service, by: identity)
        let released = keeper.release(keeper.table.entries(of: service), to: service).count
        if released > 0 {
            let asked = keeper.table.plan.services[service]
            sayReleased(asked)
            if keeper.isOpen(service) {
                log.say(
                    .notice, sayingOpen(asked, releasedBy: identity?.unit),
                    JournalFields(.open, asked.name))
            }
        }
        return released
    }

    /// Lets every service's endpoints go but the permanent ones, and says how many were held.
    mutating func releaseEveryService(by identity: Identity?) -> Int {
        let plan = keeper.table.plan
        for service in plan.services.indices where keeper.isReleasedWithAll(service) {
            beginRelease(of: service, by: identity)
        }
        var isReleased = [Bool](repeating: false, count: plan.entries.count)
        for entry in keeper.release(keeper.table.entriesNotPermanent(), to: nil) {
            isReleased[entry] = true
        }
        for service in plan.services {
            let own = plan.reservations[service.reservations]
            let hadSome = own.contains { isReleased[$0.entry] }
            if hadSome { sayReleased(service) }
        }
        return isReleased.count { $0 }
    }

    @inline(never)
    private borrowing func sayReleased(_ service: Plan.Service) {
        log.say(
            .notice, "Released service \(service.name)", JournalFields(.released, service.name))
    }

    /// Notes X, as who asks shows it: his cgroup, if that is a unit of the service.
    ///
    /// Another unit's may be a helper's, which says nothing of who will bind.
    @inline(never)
    private mutating func beginRelease(of service: Int, by identity: Identity?) {
        let asked = keeper.table.plan.services[service]
        var places: [Place] = []
        if let identity, identity.belongs(to: asked), let x = lookout.cgroups.place(of: identity) {
            places = asked.units.compactMap { lookout.cgroups.place(ofUnit: $0) } + [x]
        }
        keeper.beginRelease(of: service, by: places, users: lookout.cgroups.users())
    }

    /// Lets a unit in that has come after the release of its service, by one that may itself.
    @inline(never)
    mutating func admit(cgroup path: Text) {
        guard let identity = lookout.cgroups.identity(in: path), !identity.isNested else { return }
        for (number, service) in keeper.table.plan.services.enumerated()
        where identity.isUnit(of: service) {
            if let place = lookout.cgroups.place(of: identity) { keeper.admit(place, to: number) }
        }
    }

    /// The cgroup as a place of the service's, or of whoever has bound what was everybody's.
    @inline(never)
    mutating func place(of identity: Identity, _ service: Int) -> Place? {
        var place = lookout.cgroups.place(of: identity)
        place?.isOwn = identity.belongs(to: keeper.table.plan.services[service])
        return place
    }
}

extension Keeper {
    /// Whether everybody may bind what is released to the service, though there is a guard.
    fileprivate borrowing func isOpen(_ service: Int) -> Bool {
        table.rule(of: service).presence == .unknown
            && table.entries(of: service).contains { table.keeping(of: $0) == .guarded }
    }

    /// Whether the release of all reaches an endpoint of the service.
    fileprivate borrowing func isReleasedWithAll(_ service: Int) -> Bool {
        table.entries(of: service).contains { !table.plan.entries[$0].permanent }
    }
}
