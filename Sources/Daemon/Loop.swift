internal import Control
internal import Guard
internal import LinuxIO
internal import Reservations
internal import Text

/// Events handed over in one turn.
private let eventsPerTurnMax = 64

/// What the loop watches beside its clients; a token is never given to another source.
enum Source: UInt64 {
    case signals = 1
    case releaseSocket = 2
    case control = 3
    case timer = 4
    case departures = 5
    case cgroups = 6
    case life = 7
    case refusals = 8
    case reserved = 9
    case store = 10
}

/// What wakes the daemon beside its sockets.
struct Wakers: ~Copyable {
    let events: Events
    let timer: Descriptor
    let reservedWatch: ReservedWatch

    init() throws(Errno) {
        let events = try Events(most: eventsPerTurnMax)
        let timer = try Descriptor.timer()
        reservedWatch = ReservedWatch()
        self.events = events
        self.timer = timer
    }
}

/// Tokens from here on are those of processes; clients have lower ones, and never as many.
private let firstProcessToken: UInt64 = 1 << 32

/// The daemon once it has its place: holds, sleeps, takes what has come, acts.
struct Loop: ~Copyable {
    private(set) var events: Events
    private let signals: Signals
    let releaseSocket: Descriptor
    var clients: Clients
    var keeper: Keeper
    var lookout: Lookout
    private let timer: Descriptor
    /// When the timer is set for; nil: it is not.
    private var timerAt: Int?
    /// Endpoints whose state or holder has changed since watchers were told.
    var changed: [Int] = []
    /// Whether what is watched is no longer what states depend on.
    var isFollowingStale = false
    var runs: Runs
    var incidents = Incidents()
    let log: Log
    let places: Places
    var stays: Bool
    var hasComplained = false
    var guardWatch = GuardWatch()
    /// Binds that were refused before this instance was there to be told.
    var inheritedRefusals: [GuardEvent] = []
    var reserved: ReservedPorts
    let reservedWatch: ReservedWatch
    /// Who wants to know how we do; nil: nobody.
    var manager: ServiceManager?
    /// How things stood when it was told of that last, and after which of the keeper's changes.
    var toldStatus: Text = ""
    var toldStatusOf = -1
    /// How many ports are not kept over a restart, the most that was said.
    var toldLackCount = 0
    /// When the release socket is read again, in monotonic milliseconds; nil: it is read now.
    var restUntil: Int?

    /// Takes all that the daemon has, to hold what `plan` names.
    ///
    /// `stays`: only a signal ends it.
    @inline(never)
    init(
        _ signals: consuming Signals, _ entrances: consuming Entrances, _ wakers: consuming Wakers,
        _ plan: Plan, _ log: Log, _ places: Places, _ manager: consuming ServiceManager? = nil,
        stays: Bool
    ) {
        self.signals = signals
        releaseSocket = entrances.releases
        clients = Clients(entrances.control, token: Source.control.rawValue)
        events = wakers.events
        timer = wakers.timer
        reservedWatch = wakers.reservedWatch
        lookout = Lookout(firstToken: firstProcessToken)
        runs = Runs()
        reserved = ReservedPorts(places)
        keeper = Keeper(plan, stays: stays)
        self.manager = manager
        self.log = log
        self.places = places
        self.stays = stays
    }

    /// Begins to be told of what it waits for.
    borrowing func join() throws(Errno) {
        try events.add(timer, token: Source.timer.rawValue)
        try lookout.join(
            events, departures: Source.departures.rawValue, cgroups: Source.cgroups.rawValue)
        try events.add(signals.descriptor, token: Source.signals.rawValue)
        try events.add(releaseSocket, token: Source.releaseSocket.rawValue)
        try clients.join(events)
        try keeper.vault?.join(events, token: Source.store.rawValue)
    }

    // The last act, of a start that fails too; a port is no longer ours then, unless it is the next
    // instance's.
    deinit {
        if keeper.vault != nil { return }
        var reserved = reserved
        try? reserved.giveBack()
    }

    /// Holds what the plan names, and says what came of it.
    mutating func hold() {
        keeper.holdAll(log)
        // With nothing held from the start nobody's release ends it: init would call that a failure.
        stays = stays || keeper.table.heldCount == 0
        takeInheritedRefusals()
        settle(now: monotonicMilliseconds())
        keeper.endTurn()
        keeper.tellVault { vault throws(Errno) in try vault?.endStart() }
        changed = []
        manager?.tell("READY=1")
        tellStatus()
        sayLosses()
    }

    /// Lets `parent` end, and from now on has no standard error.
    mutating func letGo(of parent: consuming WaitingParent) throws(Failure) {
        try parent.letGo()
        log.onlyToSystemLog()
    }

    /// Serves until a signal or the last release ends the daemon; then everything is let go, but what
    /// is kept for the next instance, and leaves whether there is such.
    @inline(never)
    consuming func run(_ isKept: inout Bool) -> ExitStatus {
        defer { isKept = keeper.vault != nil }
        do throws(Errno) {
            while try turn() == .goesOn {
                if stays || keeper.table.heldCount > 0 { continue }
                log.sayLast(.notice, "All reservations taken.")
                break
            }
            keeper.releaseAll()
            return .done
        } catch {
            keeper.releaseAll()
            let end: Text = keeper.vault == nil ? ", every port has been let go" : ""
            log.sayLast(.error, "portreserve: epoll: \(error)\(end)")
            return .notDone
        }
    }

    /// What a turn of the loop comes to.
    private enum Turn {
        case goesOn
        case ends
    }

    /// Sleeps, takes what has come, and acts.
    @inline(never)
    private mutating func turn() throws(Errno) -> Turn {
        let isBusy = clients.hasWork || isFindingOut
        let pause = isBusy ? 0 : setTimer(now: monotonicMilliseconds())
        let ready = try events.wait(milliseconds: pause)
        let now = monotonicMilliseconds()
        try endRest(now: now)
        var turn = Turn.goesOn
        for event in ready {
            switch Source(rawValue: event.token) {
            case .signals: if takeSignals() == .ends { turn = .ends }
            case .releaseSocket: try readReleaseSocket()
            case .control: try clients.accept(events, now: now)
            case .timer:
                // One that cannot be read fires again, and is set anew.
                timerAt = nil
                _ = try? timer.hasFired()
            case .departures: takeDepartures()
            case .cgroups: takeCgroupNews()
            case .life: break
            case .refusals: restFromRefusals(now: now)
            case .reserved: reservePorts()
            case .store: keeper.giveUpVault(.brokenPipe)
            case nil where event.token >= firstProcessToken: takeEnd(event.token)
            case nil: clients.notice(event)
            }
        }
        takeGuardNews(now: now)
        takeWhatIsDue(now: now)
        settle(now: now)
        for client in clients.takeTurn() {
            client.read(now: now)
            goOn(with: client)
        }
        settle(now: now)
        tellStatus()
        tellWatchers()
        keeper.endTurn()
        sayLosses()
        try clients.tidy(events, now: now)
        return turn
    }

    /// Sets the timer for the earliest moment that anything is due at; where it cannot be set, says
    /// how long to sleep at the most, in milliseconds.
    @inline(never)
    private mutating func setTimer(now: Int) -> Int? {
        var due = earlier(restUntil, clients.deadline)
        due = earlier(earlier(due, lookout.lookAt), keeper.deadlines.earliest)
        due = earlier(due, guardWatch.next)
        if due == timerAt { return nil }
        do throws(Errno) {
            if let due { try timer.arm(atMilliseconds: due) } else { try timer.disarm() }
            timerAt = due
            return nil
        } catch {
            timerAt = nil
            return due.map { $0 - now }
        }
    }

    /// Takes the signals that have come.
    @inline(never)
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
}

/// The earlier of two moments, either of which may not be set.
@inline(never)
func earlier(_ one: Int?, _ other: Int?) -> Int? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
}
