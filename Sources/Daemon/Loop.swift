internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// Datagrams taken in one turn; more wait for the next, so that a signal is never kept waiting.
private let datagramsPerTurnMax = 64
/// How long a socket that could not be read is left alone.
private let readRestMs = 1_000
/// Events handed over in one turn.
private let eventsPerTurnMax = 16

/// What the loop watches; a token is never given to another source.
private enum Source: UInt64 {
    case signals = 1
    case releaseSocket = 2
}

/// The daemon once its ports are held: sleeps, takes what has come, acts.
struct Loop: ~Copyable {
    private var events: Events
    private let signals: Signals
    private let releaseSocket: Descriptor
    private var keeper: Keeper
    private var log: Log
    private let stays: Bool
    private var hasComplained = false
    /// When the release socket is read again, in monotonic milliseconds; nil: it is read now.
    private var restUntil: Int?

    /// Takes all that the daemon has.
    ///
    /// `stays`: only a signal ends it.
    init(
        _ signals: consuming Signals, _ releaseSocket: consuming Descriptor,
        _ keeper: consuming Keeper, _ log: consuming Log, stays: Bool
    ) throws(Failure) {
        let events = try needed("epoll") { () throws(Errno) in try Events(most: eventsPerTurnMax) }
        try needed("epoll") { () throws(Errno) in
            try events.add(signals.descriptor, token: Source.signals.rawValue)
            try events.add(releaseSocket, token: Source.releaseSocket.rawValue)
        }
        self.events = events
        self.signals = signals
        self.releaseSocket = releaseSocket
        self.keeper = keeper
        self.log = log
        self.stays = stays
    }

    /// Holds what the plan names, lets `parent` end, and serves until a signal or the last release
    /// ends the daemon; then everything is let go.
    consuming func run(_ parent: consuming WaitingParent?) -> ExitStatus {
        keeper.startAll(&log)
        // With nothing held from the start nobody's release ends it: init would call that a failure.
        let stays = stays || keeper.table.heldCount == 0
        if let parent {
            parent.letGo()
            log.onlyToSystemLog()
        }
        do throws(Errno) {
            while try !isEnded() {
                if !stays, keeper.table.heldCount == 0 {
                    log.say(.notice, "All reservations taken.")
                    return .done
                }
            }
            keeper.releaseAll()
            return .done
        } catch {
            log.say(.error, "portreserve: epoll: \(error), every port is let go")
            return .notDone
        }
    }

    /// Sleeps, takes what has come, and says whether that ends the daemon.
    private mutating func isEnded() throws(Errno) -> Bool {
        let pause = restUntil.map { $0 - monotonicMilliseconds() }
        let ready = try events.wait(milliseconds: pause)
        try endRest()
        var isEnded = false
        for token in ready {
            switch Source(rawValue: token) {
            case .signals: isEnded = takeSignals() || isEnded
            case .releaseSocket: try readReleaseSocket()
            case nil: fatalError("an event of a source that was never added")
            }
        }
        return isEnded
    }

    /// Takes the signals that have come, and says whether one of them ends the daemon.
    private mutating func takeSignals() -> Bool {
        // One that cannot be read now is there again in the next turn.
        while let signal = try? signals.next() {
            switch signal {
            case .terminate, .interrupt, .quit: return true
            case .hangUp:
                log.say(
                    .warning, "portreserve: SIGHUP: the configuration is read at start, ignoring")
            }
        }
        return false
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

    private mutating func endRest() throws(Errno) {
        guard let due = restUntil, due <= monotonicMilliseconds() else { return }
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
        case .everyService: releaseEveryService()
        case .service(let name):
            guard let service = keeper.table.plan.service(name) else {
                log.say(.debug, "'\(name)': no such service, nothing to release")
                return
            }
            release(keeper.table.entries(of: service), of: [service])
        }
    }

    private mutating func releaseEveryService() {
        let table = keeper.table
        let held = table.plan.services.indices.filter { service in
            table.entries(of: service).contains {
                table.state(of: $0) == .held && !table.plan.entries[$0].permanent
            }
        }
        release(table.entriesNotPermanent(), of: held)
    }

    /// Lets `entries` go; the services that this released are named after the deed.
    private mutating func release(_ entries: [Int], of services: [Int]) {
        let released = entries.filter { keeper.release($0) }
        if released.isEmpty { return }
        for service in services {
            log.say(.notice, "Released service \(keeper.table.plan.services[service].name)")
        }
    }
}
