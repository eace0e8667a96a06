internal import LinuxIO
internal import Reservations
internal import Signs

/// The sockets on one endpoint, as the kernel's sock_diag shows them at one moment.
struct Sighting {
    /// Those that keep it, and the connections that share its port.
    let sockets: [FoundSocket]

    /// Looks at the endpoint; nil where the kernel tells nothing.
    ///
    /// What it takes for a port's server is seen first: the cheapest look, and one that thousands
    /// of connections do not hide it from.
    @inline(never)
    init?(of endpoint: Endpoint) {
        let ports = [endpoint.port...endpoint.port]
        let scopes: [FoundSocket.Scope] = [.listening, .withoutConnections, .everything]
        var sockets: [FoundSocket] = []
        for scope in endpoint.transport == .udp ? scopes.suffix(1) : scopes[...] {
            guard let found = try? findSockets(endpoint.transport.kernels, ports: ports, scope)
            else { return nil }
            sockets = found.sockets.filter { endpoint.isMet(by: $0) }
            if sockets.contains(where: { $0.isServer }) { break }
        }
        self.sockets = sockets
    }

    fileprivate init(_ sockets: [FoundSocket]) { self.sockets = sockets }

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

    /// Looks at many endpoints in one go, and gives what it sees of each, in their order.
    ///
    /// Those that listen first: to look at everything takes milliseconds, in which nothing else is
    /// done.
    @inline(never)
    static func each(of endpoints: [Endpoint]) -> [Sighting?] {
        var sightings: [Sighting?] = endpoints.map { _ in Sighting([]) }
        for transport in TransportProtocol.allCases {
            let scopes: [FoundSocket.Scope] = [.listening, .everything]
            for scope in scopes.suffix(transport == .tcp ? 2 : 1) {
                let unseen = endpoints.indices.filter {
                    endpoints[$0].transport == transport && sightings[$0]?.servers.isEmpty ?? true
                }
                if unseen.isEmpty { break }
                let ports = ranges(of: unseen.map { endpoints[$0].port })
                let found = try? findSockets(transport.kernels, ports: ports, scope)
                for index in unseen {
                    sightings[index] = found.flatMap { $0.sighting(of: endpoints[index]) }
                }
                // Each was looked at alone then, and for everything.
                if found?.isCut ?? true { break }
            }
        }
        return sightings
    }
}

extension FoundSockets {
    /// What is among them of the endpoint, which is looked at alone where they were too many.
    fileprivate func sighting(of endpoint: Endpoint) -> Sighting? {
        isCut ? Sighting(of: endpoint) : Sighting(sockets.filter { endpoint.isMet(by: $0) })
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
