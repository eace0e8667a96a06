// X of the services: who is let in, and what becomes of it.

extension Table {
    /// Notes that a service is being released, before its endpoints are: by who is in the last of
    /// `places`, from which others may bind too; none: that says nothing of who will bind.
    @inline(never)
    public mutating func beginRelease(of service: Int, by places: [Place]) -> [Step] {
        var rule = rules[service]
        rule.release(by: places.last, isServing: isServing(service))
        if !places.isEmpty { letInReleased(by: service, &rule) }
        // The one who asks comes last, and stays where there is no room for all.
        for place in places { rule.enter(place) }
        return renew(service, rule)
    }

    /// Lets in who was released what this service claims as well, and has not bound it yet.
    @inline(never)
    private func letInReleased(by service: Int, _ rule: inout Rule) {
        for entry in entries(of: service)
        where states[entry].isReleased && claimant(of: entry) != service {
            for place in rules[claimant(of: entry)].places
            where rule.places.count < Rule.placesMax {
                var place = Place(id: place.id, level: place.level, isPopulated: place.isPopulated)
                place.isOwn = false
                rule.enter(place)
            }
        }
    }

    /// Lets in a unit of a service that came after its release, where there is room for it.
    public mutating func admit(_ place: Place, to service: Int) -> [Step] {
        var rule = rules[service]
        if rule.presence == .unknown || rule.places.count == Rule.placesMax { return [] }
        rule.enter(place)
        return renew(service, rule)
    }

    /// Notes the cgroup of who has bound the endpoint; nothing where a rule has been renewed since.
    public mutating func enter(_ place: Place, _ entry: Int, generation: Int) -> [Step] {
        let service = claimant(of: entry)
        guard rules[service].generation == generation else { return [] }
        var rule = rules[service]
        rule.enter(place)
        rule.bound(place.id)
        return renew(service, rule)
    }

    /// Notes that who has bound the endpoint is in no cgroup that says who he is.
    public mutating func enterUnknown(_ entry: Int) -> [Step] {
        let service = claimant(of: entry)
        var rule = rules[service]
        rule.boundUnknown()
        return renew(service, rule)
    }

    /// Takes the news that a cgroup has processes, or has none any more; nil: it is removed.
    @inline(never)
    public mutating func note(_ id: UInt64, isPopulated: Bool?) -> [Step] {
        var steps: [Step] = []
        for service in rules.indices {
            var rule = rules[service]
            let isPlace = isPopulated.map { rule.note(id, isPopulated: $0) } ?? rule.remove(id)
            if isPlace { steps += renew(service, rule) }
        }
        return steps
    }

    /// Takes the news that a socket is closed whose binder was in a cgroup.
    public mutating func letGo(_ id: UInt64, _ entry: Int) -> [Step] {
        let service = claimant(of: entry)
        var rule = rules[service]
        rule.letGo(id)
        return renew(service, rule)
    }

    /// The services that have a cgroup as a place.
    public func services(with id: UInt64) -> [Int] {
        rules.indices.filter { rules[$0].places.contains { $0.id == id } }
    }

    /// The cgroups that somebody's life depends on.
    public var watchedPlaces: [UInt64] { rules.flatMap { $0.places.map { $0.id } } }

    /// Tells endpoints what X is now where a new plan has given them to another service.
    public mutating func reconcile() -> [Step] {
        var steps: [Step] = []
        for entry in states.indices {
            guard let known = states[entry].population else { continue }
            let population = rules[claimant(of: entry)].population
            if let event = event(of: population, after: known) { steps += take(event, entry) }
        }
        return steps
    }

    /// Gives a service new places, and tells its endpoints what that comes to.
    @inline(never)
    private mutating func renew(_ service: Int, _ rule: Rule) -> [Step] {
        let before = rules[service].population
        rules[service] = rule
        guard let event = event(of: rule.population, after: before) else { return [] }
        var steps: [Step] = []
        for entry in entries(of: service) where claimants[entry] == Int32(service) {
            if states[entry] == .planned { continue }
            steps += take(event, entry)
        }
        return steps
    }
}

extension State {
    /// What it takes X to be, where its end depends on that.
    fileprivate var population: Presence? {
        switch self {
        case .released(.populated), .idle(.populated): .populated
        case .released(.empty), .idle(.empty): .empty
        case .planned, .binding, .held, .released(.unknown), .released(.besideServing), .serving,
            .idle(.owners), .idle(.grace), .busy, .failed:
            nil
        }
    }
}

private func event(of presence: Presence, after before: Presence) -> Event? {
    if presence == before { return nil }
    switch presence {
    case .unknown: return nil
    case .populated: return .xPopulated
    case .empty: return .xEmptied
    case .removed: return .xRemoved
    }
}
