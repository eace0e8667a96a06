internal import LinuxIO
internal import Reservations
internal import Signs

/// The sockets on one endpoint, as the kernel's sock_diag shows them at one moment.
struct Sighting {
    /// Those that keep it, and the connections that share its port.
    let sockets: [FoundSocket]

    /// Looks at the endpoint; nil where the kernel tells nothing.
    ///
    /// What it takes for a port's server is seen first, so that thousands of connections do not hide
    /// it.
    @inline(never)
    init?(of endpoint: Endpoint) {
        let scopes: [FoundSocket.Scope] = [.listening, .withoutConnections, .everything]
        guard let sighting = Sighting.each(of: [endpoint], by: scopes)[0] else { return nil }
        self = sighting
    }

    private init(_ sockets: [FoundSocket]) { self.sockets = sockets }

    /// What of it listens or is bound without a connection, and for UDP all.
    var servers: [FoundSocket] { sockets.filter { $0.isServer } }

    /// What keeps the port: servers, or where there are none connections and what is left of them.
    var keepers: [FoundSocket] {
        let servers = servers
        return servers.isEmpty ? sockets : servers
    }

    /// How long until the last TIME_WAIT ends, where nothing else keeps the port.
    var timeWaitMs: Int? {
        var longest: Int?
        for socket in sockets {
            guard case .timeWait(let ms) = socket.state else { return nil }
            longest = max(longest ?? 0, ms)
        }
        return longest
    }

    /// Looks at many endpoints in one go, and gives what it sees of each, in their order; those that
    /// are too much together are looked at one by one.
    ///
    /// Those that listen come first: to look at everything takes milliseconds, in which nothing else
    /// is done.
    static func each(of endpoints: [Endpoint]) -> [Sighting?] {
        each(of: endpoints, by: [.listening, .everything])
    }

    /// UDP has one scope, the last.
    @inline(never)
    private static func each(
        of endpoints: [Endpoint], by scopes: [FoundSocket.Scope]
    ) -> [Sighting?] {
        var sightings: [Sighting?] = endpoints.map { _ in Sighting([]) }
        for transport in TransportProtocol.allCases {
            for scope in scopes.suffix(transport == .tcp ? scopes.count : 1) {
                let unseen = endpoints.indices.filter {
                    endpoints[$0].transport == transport && sightings[$0]?.servers.isEmpty ?? true
                }
                if unseen.isEmpty { break }
                let ports = ranges(of: unseen.map { endpoints[$0].port })
                let found = try? findSockets(transport.kernels, ports: ports, scope)
                for index in unseen {
                    sightings[index] = found.flatMap { found in
                        let endpoint = endpoints[index]
                        if found.isCut, endpoints.count > 1 { return Sighting(of: endpoint) }
                        return Sighting(found.sockets.filter { endpoint.isMet(by: $0) })
                    }
                }
                // What is too much is seen, one by one, or has a server.
                if found?.isCut ?? true { break }
            }
        }
        return sightings
    }
}

extension Sighting {
    /// Whether it is what a service leaves when it has bound what was released to it.
    func isServing(withConnections: Bool) -> Bool {
        !servers.isEmpty
            || withConnections && sockets.contains { $0.state == .connection && $0.inode != 0 }
    }

    /// How many sockets keep the port by such means as he had it by.
    func count(for holder: Holder?) -> Int {
        switch holder?.means {
        case .connection: sockets.count
        case .server, .timeWait, .unseen, nil: servers.count
        }
    }
}

extension FoundSocket {
    /// Whether it serves, or will: a connection is somebody's who came, or went.
    var isServer: Bool {
        switch state {
        case .listening, .bound: true
        case .connection: transport == .udp
        case .timeWait: false
        }
    }
}

extension Endpoint {
    /// Whether a bind of this endpoint meets the socket.
    func isMet(by socket: FoundSocket) -> Bool {
        guard socket.port == port, socket.transport == transport.kernels else { return false }
        switch (address, socket.address) {
        case (.any, _), (_, .anyOfBothFamilies), (.ipv4, .anyIPv4): return true
        case (.ipv4(let ours), .ipv4(let theirs)): return ours == theirs
        case (.ipv6(let high, let low), .ipv6(let theirHigh, let theirLow)):
            let isWildcard = theirHigh == 0 && theirLow == 0
            return isWildcard || (high == theirHigh && low == theirLow)
        case (.ipv4, .ipv6), (.ipv6, .ipv4), (.ipv6, .anyIPv4): return false
        }
    }
}

extension TransportProtocol {
    /// The kernel's.
    var kernels: Transport {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        }
    }
}
