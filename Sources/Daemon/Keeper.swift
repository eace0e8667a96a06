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

    /// Begins with nothing held.
    init(_ plan: Plan) {
        table = Table(plan)
        holds = Array(repeating: nil, count: plan.entries.count)
    }

    /// Tries to hold an endpoint, and gives the kernel's reason where it cannot be had.
    mutating func start(_ entry: Int) -> Errno? {
        guard table.take(.started, entry) == .bind else { return nil }
        do throws(Errno) {
            holds[entry] = Hold(owning: try boundSocket(table.plan.entries[entry].endpoint))
            apply(table.take(.bound, entry), entry)
            return nil
        } catch {
            apply(table.take(.refused, entry), entry)
            return error
        }
    }

    /// Lets an endpoint go, and says whether it was held.
    mutating func release(_ entry: Int) -> Bool {
        let wasHeld = holds[entry] != nil
        apply(table.take(.release, entry), entry)
        return wasHeld
    }

    /// Lets go of everything, in whatever state it is.
    mutating func releaseAll() {
        for entry in holds.indices { holds[entry] = nil }
    }

    private mutating func apply(_ effect: Effect?, _ entry: Int) {
        switch effect {
        case nil: break
        case .close: holds[entry] = nil
        case .bind: fatalError("a bind is asked for by 'started' alone")
        }
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
