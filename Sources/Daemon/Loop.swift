internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// Datagrams taken in one turn; more wait for the next, so that a signal is never kept waiting.
private let datagramsPerTurnMax = 64
/// How long a socket that could not be read is left alone.
private let readRestMs = 1_000
/// Events handed over in one turn.
private let eventsPerTurnMax = 64

/// What the loop watches beside its clients; a token is never given to another source.
private enum Source: UInt64 {
    case signals = 1
    case releaseSocket = 2
    case control = 3
}

/// The daemon once it has its place: holds, sleeps, takes what has come, acts.
struct Loop: ~Copyable {
    private(set) var events: Events
    private let signals: Signals
    private let releaseSocket: Descriptor
    private var clients: Clients
    var keeper: Keeper
    var runs: Runs
    let log: Log
    let places: Places
    private var stays: Bool
    private var hasComplained = false
    /// When the release socket is read again, in monotonic milliseconds; nil: it is read now.
    private var restUntil: Int?

    /// Takes all that the daemon has.
    ///
    /// `stays`: only a signal ends it.
    init(
        _ signals: consuming Signals, _ entrances: consuming Entrances, _ keeper: consuming Keeper,
        _ log: Log, _ places: Places, stays: Bool
    ) throws(Failure) {
        let events = try needed("epoll") { () throws(Errno) in try Events(most: eventsPerTurnMax) }
        let clients = Clients(entrances.control, token: Source.control.rawValue)
        let releaseSocket = entrances.releases
        try needed("epoll") { () throws(Errno) in
            try events.add(signals.descriptor, token: Source.signals.rawValue)
            try events.add(releaseSocket, token: Source.releaseSocket.rawValue)
            try clients.join(events)
        }
        self.events = events
        self.signals = signals
        self.releaseSocket = releaseSocket
        self.clients = clients
        runs = Runs(keeper)
        self.keeper = keeper
        self.log = log
        self.places = places
        self.stays = stays
    }

    /// Holds what the plan names, and says what came of it.
    mutating func hold() {
        keeper.holdAll(log)
        // With nothing held from the start nobody's release ends it: init would call that a failure.
        stays = stays || keeper.table.heldCount == 0
    }

    /// Lets `parent` end, and from now on has no standard error.
    mutating func letGo(of parent: consuming WaitingParent) throws(Failure) {
        try parent.letGo()
        log.onlyToSystemLog()
    }

    /// Serves until a signal or the last release ends the daemon; then everything is let go.
    consuming func run() -> ExitStatus {
        do throws(Errno) {
            while try turn() == .goesOn {
                if stays || keeper.table.heldCount > 0 { continue }
                log.say(.notice, "All reservations taken.")
                break
            }
            keeper.releaseAll()
            return .done
        } catch {
            keeper.releaseAll()
            log.say(.error, "portreserve: epoll: \(error), every port has been let go")
            return .notDone
        }
    }

    /// What a turn of the loop comes to.
    private enum Turn {
        case goesOn
        case ends
    }

    /// Sleeps, takes what has come, and acts.
    private mutating func turn() throws(Errno) -> Turn {
        let due = [restUntil, clients.deadline].compactMap { $0 }.min()
        let pause = clients.hasWork ? 0 : due.map { $0 - monotonicMilliseconds() }
        let ready = try events.wait(milliseconds: pause)
        let now = monotonicMilliseconds()
        try endRest(now: now)
        var turn = Turn.goesOn
        for event in ready {
            switch Source(rawValue: event.token) {
            case .signals: if takeSignals() == .ends { turn = .ends }
            case .releaseSocket: try readReleaseSocket()
            case .control: try clients.accept(events, now: now)
            case nil: clients.notice(event)
            }
        }
        for client in clients.takeTurn() {
            client.read(now: now)
            goOn(with: client)
        }
        tellWatchers()
        try clients.tidy(events, now: now)
        return turn
    }

    /// Takes the signals that have come.
    private mutating func takeSignals() -> Turn {
        // One that cannot be read now is there again in the next turn.
        while let signal = try? signals.next() {
            switch signal {
            case .terminate, .interrupt, .quit: return .ends
            case .hangUp: _ = reload()
            }
        }
        return .goesOn
    }

    /// Reads the configuration anew; whoever is being told of reservations is told anew.
    mutating func reload() -> ReloadOutcome {
        let outcome = keeper.reload(places, log)
        // A configuration without a port is no release of the last one.
        stays = stays || keeper.table.heldCount == 0
        let plan = keeper.table.plan
        for client in clients.watchers { client.tell(outcome.gone) }
        clients.restartListings { listing in
            Listing(of: listing.service, isWatch: listing.isWatch, plan)
        }
        _ = keeper.takeChanges()
        return outcome
    }

    /// Tells those who watch what this turn has changed.
    private mutating func tellWatchers() {
        let changes = Set(keeper.takeChanges())
        if changes.isEmpty, !clients.hasNews { return }
        let told = clients.told
        clients.hasNews = false
        if told.isEmpty { return }
        let plan = keeper.table.plan
        let news = plan.reservations.indices.filter {
            changes.contains(plan.reservations[$0].entry)
        }
        for client in told {
            if client.listing?.isWatch ?? false { client.listing?.tellAgain(news) }
            tell(client)
        }
    }

    /// A socket that cannot be read would wake the loop without end, so it has a rest then.
    private mutating func readReleaseSocket() throws(Errno) {
        do throws(Errno) {
            try takeDatagrams()
        } catch {
            log.say(.warning, "portreserve: recvmsg: \(error), will read releases again in 1 s")
            restUntil = monotonicMilliseconds() + readRestMs
            try listen(to: .none)
        }
    }

    private mutating func endRest(now: Int) throws(Errno) {
        guard let due = restUntil, due <= now else { return }
        restUntil = nil
        try listen(to: .read)
    }

    private borrowing func listen(to interest: EventInterest) throws(Errno) {
        try events.change(releaseSocket, token: Source.releaseSocket.rawValue, interest)
    }

    private mutating func takeDatagrams() throws(Errno) {
        for _ in 0..<datagramsPerTurnMax {
            let datagram = try releaseSocket.receive(most: Limits.nameBytesMax)
            switch datagram {
            case .nothing: return
            case .message(let bytes, let uid):
                if mayRelease(uid) { release(ReleaseRequest(datagram: bytes)) }
            case .tooLarge(let uid):
                if mayRelease(uid) { release(nil) }
            }
        }
    }

    private mutating func mayRelease(_ uid: UInt32?) -> Bool {
        if uid == 0 { return true }
        if !hasComplained {
            let sender: Text = uid.map { "uid \($0)" } ?? "an unknown sender"
            log.say(
                .warning,
                "portreserve: a release asked by \(sender), who may not: ignoring this and such")
        }
        hasComplained = true
        return false
    }

    private mutating func release(_ request: ReleaseRequest?) {
        switch request {
        case nil: log.say(.debug, "portreserve: a datagram that names no service, ignoring it")
        case .everyService: _ = releaseEveryService()
        case .service(let name):
            guard let service = keeper.table.plan.service(name) else {
                log.say(.debug, "'\(name)': no such service, nothing to release")
                return
            }
            _ = release(service)
        }
    }
}

extension Loop {
    /// Lets a service's endpoints go, and says how many were held.
    mutating func release(_ service: Int) -> Int {
        let released = keeper.table.entries(of: service).filter { keeper.release($0) }
        if !released.isEmpty {
            log.say(.notice, "Released service \(keeper.table.plan.services[service].name)")
        }
        return released.count
    }

    /// Lets every service's endpoints go but the permanent ones, and says how many were held.
    mutating func releaseEveryService() -> Int {
        let released = Set(keeper.table.entriesNotPermanent().filter { keeper.release($0) })
        for service in keeper.table.plan.services {
            let own = keeper.table.plan.reservations[service.reservations]
            let hadSome = own.contains { released.contains($0.entry) }
            if hadSome { log.say(.notice, "Released service \(service.name)") }
        }
        return released.count
    }
}
