internal import LinuxIO
internal import Reservations

/// A hold: the one owner of its socket.
private final class Hold {
    private let socket: Descriptor

    init(owning socket: consuming Descriptor) { self.socket = socket }
}

/// The table and its sockets: the one interpreter of effects.
struct Keeper: ~Copyable {
    private(set) var table: Table
    private var holds: [Hold?]
    /// When each endpoint came to stand where it stands, in microseconds since 1970.
    private var since: [Int]
    /// The kernel's reason for each endpoint that could not be had.
    private var refusals: [Int: Errno] = [:]
    /// Endpoints whose state has changed since somebody last asked.
    private var changed: [Int] = []
    /// Grows with every change of a state or of the plan.
    private(set) var version = 0

    /// Begins with nothing held.
    init(_ plan: Plan) {
        table = Table(plan)
        holds = Array(repeating: nil, count: plan.entries.count)
        since = Array(repeating: wallMicroseconds(), count: plan.entries.count)
    }

    /// Tries to hold an endpoint, and gives the kernel's reason where it cannot be had.
    mutating func start(_ entry: Int) -> Errno? { apply(take(.started, entry), entry) }

    /// Holds an endpoint again, and gives the kernel's reason where it cannot be had.
    mutating func hold(_ entry: Int) -> Errno? { apply(take(.hold, entry), entry) }

    /// Lets an endpoint go, and says whether it was held.
    mutating func release(_ entry: Int) -> Bool {
        let wasHeld = holds[entry] != nil
        _ = apply(take(.release, entry), entry)
        return wasHeld
    }

    /// Lets go of everything, in whatever state it is.
    mutating func releaseAll() {
        for entry in holds.indices { holds[entry] = nil }
    }

    private mutating func take(_ event: Event, _ entry: Int) -> Effect? {
        let before = table.state(of: entry)
        let effect = table.take(event, entry)
        if table.state(of: entry) != before {
            since[entry] = wallMicroseconds()
            changed.append(entry)
            version += 1
        }
        return effect
    }

    private mutating func apply(_ effect: Effect?, _ entry: Int) -> Errno? {
        switch effect {
        case nil: return nil
        case .close:
            holds[entry] = nil
            return nil
        case .bind: return bind(entry)
        }
    }

    private mutating func bind(_ entry: Int) -> Errno? {
        do throws(Errno) {
            holds[entry] = Hold(owning: try boundSocket(table.plan.entries[entry].endpoint))
            refusals[entry] = nil
            _ = take(.bound, entry)
            return nil
        } catch {
            refusals[entry] = error
            _ = take(error == .addressInUse ? .inUse : .refused, entry)
            return error
        }
    }
}

extension Keeper {
    /// When an endpoint came to stand where it stands, in microseconds since 1970.
    borrowing func since(_ entry: Int) -> Int { since[entry] }

    /// Why an endpoint could not be had when it was last tried.
    borrowing func refusal(of entry: Int) -> Errno? { refusals[entry] }

    /// The endpoints whose state has changed since this was last asked.
    mutating func takeChanges() -> [Int] {
        defer { changed = [] }
        return changed
    }

    /// Makes `plan` the one in force: what stays is not touched, what is gone is let go, what is
    /// new is planned.
    mutating func adopt(_ plan: Plan, _ change: Change) {
        table = Table(plan, keeping: change, of: table)
        var holds = [Hold?](repeating: nil, count: plan.entries.count)
        var since = Array(repeating: wallMicroseconds(), count: plan.entries.count)
        var refusals: [Int: Errno] = [:]
        for pair in change.kept {
            holds[pair.new] = self.holds[pair.old]
            since[pair.new] = self.since[pair.old]
            refusals[pair.new] = self.refusals[pair.old]
        }
        self.holds = holds
        self.since = since
        self.refusals = refusals
        changed = []
        version += 1
    }
}

private func boundSocket(_ endpoint: Endpoint) throws(Errno) -> Descriptor {
    let transport: Transport =
        switch endpoint.transport {
        case .tcp: .tcp
        case .udp: .udp
        }
    switch endpoint.address {
    case .ipv4(let number):
        return try holdingSocket(transport, .ipv4(number), port: endpoint.port)
    case .ipv6(let high, let low):
        return try holdingSocket(transport, .ipv6(high: high, low: low), port: endpoint.port)
    case .any:
        do throws(Errno) {
            return try holdingSocket(transport, .anyOfBothFamilies, port: endpoint.port)
        } catch .familyNotSupported {
            return try holdingSocket(transport, .anyIPv4, port: endpoint.port)
        }
    }
}
