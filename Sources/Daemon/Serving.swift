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
    mutating func goOn(with client: Client) {
        send(to: client)
        if let call = client.nextCall() {
            answer(call, to: client)
            send(to: client)
        }
        if !client.isOver { client.watchSocket(events) }
    }

    /// Tells a client as much as it takes of what it has asked for before.
    mutating func tell(_ client: Client) {
        send(to: client)
        if !client.isOver { client.watchSocket(events) }
    }

    private mutating func send(to client: Client) {
        if client.listing != nil, !runs.isOf(keeper) { runs = Runs(keeper) }
        client.send(keeper, runs)
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

    private mutating func perform(_ request: Request, for client: Client) throws(CallError) {
        switch request {
        case .list(let name):
            let service = name.map { ServiceName($0) }
            guard let listing = Listing(of: service, isWatch: false, keeper.table.plan) else {
                throw .noSuchService(name ?? "")
            }
            client.listing = listing
        case .watch: client.listing = Listing(of: nil, isWatch: true, keeper.table.plan)
        case .release(let name):
            if !client.isRoot { throw .notYours(name) }
            client.answer(try release(named: name))
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

    private mutating func release(named name: Text) throws(CallError) -> Reply {
        let services = try services(named: name)
        let released = name == "*" ? releaseEveryService() : services.reduce(0) { $0 + release($1) }
        let busy = countBusy(services)
        return Reply([Member("released", .integer(released)), Member("busy", .integer(busy))])
    }

    private borrowing func countBusy(_ services: [Int]) -> Int {
        var busy: Set<Int> = []
        for service in services {
            for entry in keeper.table.entries(of: service)
            where keeper.table.state(of: entry) == .busy { busy.insert(entry) }
        }
        return busy.count
    }

    private mutating func hold(named name: Text) throws(CallError) -> Reply {
        let services = try services(named: name)
        let wanted = Set(services.flatMap { keeper.table.entries(of: $0) })
        keeper.hold(wanted.sorted(), log)
        let held = wanted.filter { keeper.table.state(of: $0) == .held }
        let ports = counted(held.count, "port", "ports")
        log.say(.notice, "\(Text.quoted(name)): holding \(ports), as asked")
        let busy = countBusy(services)
        return Reply([Member("held", .integer(held.count)), Member("busy", .integer(busy))])
    }

    private func reply(to outcome: ReloadOutcome) -> Reply {
        Reply([
            Member("added", .integer(outcome.added)), Member("removed", .integer(outcome.removed)),
            Member("kept", .integer(outcome.kept)),
            Member("diagnostics", .array(told(outcome.diagnostics))),
        ])
    }

    /// Diagnostics as far as one message holds them; the last one counts the rest.
    private func told(_ diagnostics: [Diagnostic]) -> [JSON] {
        var room = MessageLimits.bytesMax / 2
        var told: [JSON] = []
        for diagnostic in diagnostics {
            // A byte takes at most six in JSON.
            room -= diagnostic.text.bytes.count * 6 + 3
            guard room > 0 else {
                let rest = diagnostics.count - told.count
                return told + [
                    .string("\(rest) more are left out; 'portreserve -n' tells them all")
                ]
            }
            told.append(.string(diagnostic.text))
        }
        return told
    }
}
