import Reservations
import Text

/// One place for an endpoint, over all plans of a walk.
struct Slot {
    let transport: TransportProtocol
    let share: Bool
    let permanent: Bool
    /// The services whose files name it.
    let claimants: Claimants
    /// Its index in the plan, -1 where the plan does not have it.
    var entry = -1
    var hold = false
    var rule = GuardRule.none
    var holder = Holder.nobody
    /// Which child of the service has the socket.
    var holderChild = 0
    /// Which release the socket was bound after.
    var generation = 0
    /// Who had it, as far as the daemon knows.
    var owner = Holder.nobody
    var ownerChild = 0
    /// Until when a closed connection keeps it, and from us too.
    var timeWaitUntil = 0
    var timeWaitRefuses = false
    /// Until when the kernel refuses our bind for another reason.
    var refusedUntil = 0
    /// The service that must not be refused because of us, and how long.
    var vowedTo = -1
    var vowedUntil = 0
    /// The state that the daemon has acted upon.
    var state = State.planned
}

/// The services whose files name an endpoint.
struct Claimants {
    private let bits: UInt8

    init(_ services: [Int]) { bits = services.reduce(0) { $0 | 1 << UInt8($1) } }

    func contains(_ service: Int) -> Bool { bits >> UInt8(service) & 1 == 1 }
}

/// What the guard says of an endpoint.
enum GuardRule: Equatable {
    case none
    case nobody
    case service(Int)
}

/// Who has a socket on an endpoint.
enum Holder: Equatable {
    case nobody
    case service(Int)
    case thief
}

/// A service and its processes.
struct Service {
    let isUnguarded: Bool
    /// Its file: whether there is one, and which of its two names it has.
    var isPresent = true
    var isRenamed = false
    var phase = Phase.down
    /// Its index in the plan, -1 without a file.
    var index = -1
    /// Its cgroup; -1: a shell's or cron's, which says nothing.
    var cgroup = -1
    var child = 0
    var isChildAlive = false
    var isSupervised = false
    var tries = 0
}

/// What a service does.
enum Phase {
    case down
    /// ExecStartPre runs; then nobody does, for a while.
    case before
    case between
    case starting
    case up
    /// Its child is gone, and will come back.
    case away
}

/// A cgroup as it is, which the daemon may not know yet.
struct Cgroup {
    var id: UInt64 = 0
    var exists = false
    var isPopulated = false
}

/// A simulated kernel with its services and thieves, and the daemon on it.
struct World {
    let odds: Odds
    var random: Random
    var now = 0
    var schedule = Schedule()
    var slots: [Slot] = []
    var services: [Service] = []
    var cgroups = Array(repeating: Cgroup(), count: Size.cgroups)
    var lastId: UInt64 = 0
    var table: Table
    /// The slot of each entry of the plan, and the service of each service of the plan.
    var slotOf: [Int] = []
    var serviceOf: [Int] = []
    var failure: Failure?
    var history = History()
    /// The slot that a report is about; nil: all.
    var focus: Int?
    /// Cgroups that are empty, and will be removed late.
    var late: [(at: Int, cgroup: Int)] = []

    init(seed: UInt64, _ function: @escaping Function) {
        var random = Random(seed: seed)
        odds = Odds(&random)
        for _ in 0..<Size.services {
            services.append(Service(isUnguarded: odds.hasGuard && random.chance(125)))
        }
        for number in 0..<Size.slots {
            let first = number % Size.services
            let second = (first + 1 + random.below(Size.services - 1)) % Size.services
            slots.append(
                Slot(
                    transport: random.chance(600) ? .tcp : .udp, share: random.chance(250),
                    permanent: random.chance(125),
                    claimants: Claimants(random.chance(200) ? [first, second] : [first])))
        }
        self.random = random
        table = Table(.empty, stays: odds.stays, isGuarded: odds.hasGuard)
        table.function = function
        for number in services.indices where random.chance(200) { run(already: number) }
        replan()
    }

    /// Some services are there before we are.
    private mutating func run(already number: Int) {
        services[number].cgroup = random.chance(odds.unit) ? makeCgroup() : -1
        services[number].phase = .up
        bear(number)
        for slot in slots.indices where slots[slot].claimants.contains(number) {
            guard slots[slot].holder == .nobody else { continue }
            slots[slot].holder = .service(number)
            slots[slot].holderChild = services[number].child
        }
    }

    mutating func fail(_ what: StaticString, _ slot: Int) {
        if failure == nil { failure = Failure(what: what, slot: slot) }
    }

    mutating func note(_ what: StaticString, of subject: Subject, _ event: Event? = nil) {
        if let focus, !isAbout(subject, focus) { return }
        var state: State?
        if case .slot(let slot) = subject, slots[slot].entry >= 0 {
            state = table.state(of: slots[slot].entry)
        }
        history.add(Note(now: now, what: what, subject: subject, state: state, event: event))
    }

    private func isAbout(_ subject: Subject, _ slot: Int) -> Bool {
        switch subject {
        case .slot(let other): other == slot
        case .service(let number): slots[slot].claimants.contains(number)
        case .cgroup, .all: true
        }
    }
}

typealias Function = (State, Event, Keeping) -> (State, Effects)

/// What went wrong.
struct Failure {
    let what: StaticString
    let slot: Int
}

/// One thing that has happened.
struct Note {
    let now: Int
    let what: StaticString
    let subject: Subject
    let state: State?
    let event: Event?
}

/// What it has happened to.
enum Subject {
    case slot(Int)
    case service(Int)
    case cgroup(UInt64)
    case all
}

/// The last things that have happened.
struct History {
    private var notes: [Note] = []
    private var count = 0
    private static let countMax = 40

    mutating func add(_ note: Note) {
        if notes.count < History.countMax {
            notes.append(note)
        } else {
            notes[count % History.countMax] = note
        }
        count += 1
    }

    var lines: [String] {
        let start = count > History.countMax ? count % History.countMax : 0
        return (notes[start...] + notes[..<start]).map { note in
            let news = note.event.map { " \($0)" } ?? ""
            let state = note.state.map { " -> \($0)" } ?? ""
            return "  \(note.now) ms: \(note.what) \(note.subject)\(news)\(state)"
        }
    }
}
