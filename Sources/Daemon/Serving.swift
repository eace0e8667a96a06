internal import Control
internal import LinuxIO
internal import Reservations
internal import Text
internal import Varlink

/// What the daemon says of itself.
private let description = ServiceDescription(
    vendor: "portreserve", product: "portreserve", version: version,
    url: "man:portreserve-control(7)", [reservationsInterface])

extension Loop {
    /// Does the next thing that a client has asked for, and tells it as much as it takes.
    @inline(never)
    mutating func goOn(with client: Client) {
        if let call = client.takeCall() { answer(call, to: client) }
        if client.listing != nil, !runs.areOf(keeper) { runs = Runs(keeper) }
        client.send(keeper, runs, incidents)
        if !client.isOver { client.watchSocket(events, incidents) }
    }

    private mutating func answer(_ call: Call, to client: Client) {
        do throws(CallError) {
            if let reply = try description.answer(call) {
                client.answer(reply)
            } else {
                try perform(try Request(call), for: client)
            }
        } catch {
            client.answer(error.reply)
        }
    }

    @inline(never)
    private mutating func perform(_ request: Request, for client: Client) throws(CallError) {
        switch request {
        case .list(let name):
            let service = name.map { ServiceName($0) }
            guard let listing = Listing(of: service, isWatch: false, keeper.table.plan) else {
                throw .noSuchService(name ?? "")
            }
            client.listing = listing
        case .watch:
            client.listing = Listing(of: nil, isWatch: true, keeper.table.plan)
            client.nextIncident = incidents.end
        case .incidents:
            recountIncidents()
            client.nextIncident = 0
        case .release(let name):
            if !client.isRoot { throw .notYours(name) }
            client.answer(try release(named: name, by: lookout.cgroups.identity(of: client.pid)))
        case .hold(let name):
            if !client.isRoot { throw .notYours(name) }
            client.answer(try hold(named: name))
        case .reload(let dryRun):
            if !client.isRoot { throw .permissionDenied }
            client.answer(reply(to: dryRun ? keeper.rehearseReload(places) : reload()))
        }
    }

    /// The service of that name, or all of them for `*`.
    private borrowing func services(named name: Text) throws(CallError) -> [Int] {
        if name == "*" { return Array(keeper.table.plan.services.indices) }
        guard let service = keeper.table.plan.service(ServiceName(name)) else {
            throw .noSuchService(name)
        }
        return [service]
    }

    @inline(never)
    private mutating func release(
        named name: Text, by identity: Identity?
    ) throws(CallError) -> Reply {
        let services = try services(named: name)
        var released = 0
        if name == "*" {
            released = releaseEveryService(by: identity)
        } else {
            for service in services { released += release(service, by: identity) }
        }
        let busy = count(services) { $0 == .busy }
        return Reply([Member("released", .integer(released)), Member("busy", .integer(busy))])
    }

    /// How many of the services' endpoints are told by such a word.
    private borrowing func count(
        _ services: [Int], _ isMeant: (ReservationRecord.State) -> Bool
    ) -> Int {
        var meant = EntrySet()
        for service in services {
            for entry in keeper.table.entries(of: service)
            where isMeant(word(for: keeper.table.state(of: entry))) { meant.insert(entry) }
        }
        return meant.count
    }

    @inline(never)
    private mutating func hold(named name: Text) throws(CallError) -> Reply {
        let services = try services(named: name)
        let wanted = EntrySet(services.flatMap { keeper.table.entries(of: $0) }).all
        keeper.hold(wanted, log)
        let held = wanted.filter { keeper.table.state(of: $0) == .held }
        let ports = counted(held.count, "port", "ports")
        let service = name == "*" ? nil : ServiceName(name)
        log.say(
            .notice, "\(Text.quoted(name)): holding \(ports), as asked",
            JournalFields(.heldAgain, service))
        let busy = count(services) { $0 == .busy || $0 == .serving || $0 == .idle }
        return Reply([Member("held", .integer(held.count)), Member("busy", .integer(busy))])
    }

    @inline(never)
    private func reply(to outcome: ReloadOutcome) -> Reply {
        Reply([
            Member("added", .integer(outcome.added)), Member("removed", .integer(outcome.removed)),
            Member("kept", .integer(outcome.kept)),
            Member("diagnostics", .array(json(outcome.diagnostics))),
        ])
    }

    /// Diagnostics as far as one message holds them; the last one counts the rest.
    private func json(_ diagnostics: [Diagnostic]) -> [JSON] {
        // The rest of the reply is short.
        var room = MessageLimits.bytesMax - 1_024
        var lines: [JSON] = []
        for diagnostic in diagnostics {
            let line = JSON.string(diagnostic.text)
            room -= line.bytes.count + 1
            guard room > 0 else {
                let rest = diagnostics.count - lines.count
                return lines + [.string("\(rest) more are left out, the log has them all")]
            }
            lines.append(line)
        }
        return lines
    }
}
