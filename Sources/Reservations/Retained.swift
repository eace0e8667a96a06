internal import Text

/// An endpoint that a service had, and that its file cannot be trusted to have given up.
struct Retained {
    let endpoint: Endpoint
    /// Its own, not what others say who named the same.
    let share: Bool
    let permanent: Bool
    let line: Int
}

/// After so many turns every service keeps what it had: each turn costs as much as a whole plan,
/// and a chain of services, each in the next one's way, would take a turn for each of them.
private let turnsMax = 16

extension Plan {
    /// Plans `files` after `old`: what a service had stays its own where its file is wrong now, or
    /// could not be read, so that no slip of a pen costs a port.
    ///
    /// `unread` are services whose files could not be read.
    @inline(never)
    public init(
        _ files: [ConfigurationFile], database: ServicesDatabase?, unread: [ServiceName],
        after old: Plan
    ) {
        var isUnread = old.services.map { _ in false }
        var files = files
        for number in unread.compactMap({ old.service($0) }) where !isUnread[number] {
            let service = old.services[number]
            isUnread[number] = true
            files.append(ConfigurationFile([], service: service.name, path: service.path))
        }
        var plan = Plan(files, database: database)
        var isKept = isUnread
        var hasMore = !unread.isEmpty
        // What is kept can make another file wrong: each turn adds a service, or is the last one.
        for turn in 0... {
            for number in plan.wrongServices.compactMap({ old.service($0) }) where !isKept[number] {
                isKept[number] = true
                hasMore = true
            }
            if !hasMore { break }
            if turn == turnsMax { isKept = isKept.map { _ in true } }
            hasMore = false
            plan = Plan(files, database: database, keeping: isKept, of: old)
        }
        for number in isUnread.indices where isUnread[number] { plan.restore(old.services[number]) }
        self = plan
    }

    /// What a service has, by its index.
    func retained(of number: Int) -> [Retained] {
        reservations[services[number].reservations].map { reservation in
            Retained(
                endpoint: entries[reservation.entry].endpoint, share: reservation.share,
                permanent: reservation.permanent, line: reservation.line)
        }
    }

    /// Adds what of `retained` the service's file does not name now.
    @inline(never)
    mutating func keep(_ retained: [Retained], of number: Int) {
        var count = 0
        for claim in retained {
            guard let index = index(of: claim.endpoint) else { fatalError("its place is kept") }
            if lastReservation(of: index, by: number) != nil { continue }
            insert(claim.endpoint, Claim(retaining: claim), of: number)
            count += 1
        }
        if count == 0 { return }
        let ports = counted(count, "port", "ports")
        diagnostics.append(
            Diagnostic(services[number].path, "keeping \(ports) that it named before"))
    }

    /// Gives a service whose file could not be read all that the file said beside its endpoints.
    private mutating func restore(_ service: Service) {
        guard let number = self.service(service.name) else { return }
        let reservations = services[number].reservations
        services[number] = service
        services[number].reservations = reservations
    }
}
