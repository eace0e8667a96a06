internal import LinuxIO
internal import Reservations
internal import Signs

/// Others' servers on some ports, looked at when that is first asked for, and then no more.
struct Occupants {
    private let tcp: [UInt16]
    private let udp: [UInt16]
    /// TCP is not looked at for everything, nor UDP for less.
    private var looks: [(scope: FoundSocket.Scope, found: FoundSockets)] = []

    init(of tcp: [UInt16], _ udp: [UInt16]) {
        self.tcp = tcp
        self.udp = udp
    }

    /// Whether somebody has the endpoint by a socket of that scope.
    ///
    /// A look that saw too much shows everything as taken.
    @inline(never)
    mutating func have(_ endpoint: Endpoint, by scope: FoundSocket.Scope) -> Bool {
        if let look = looks.first(where: { $0.scope == scope }) { return look.found.have(endpoint) }
        let ports = ranges(of: endpoint.transport == .tcp ? tcp : udp)
        let seen = try? findSockets(endpoint.transport.kernels, ports: ports, scope)
        let found = seen ?? FoundSockets()
        looks.append((scope, found))
        return found.have(endpoint)
    }
}

extension FoundSockets {
    fileprivate func have(_ endpoint: Endpoint) -> Bool {
        isCut || sockets.contains { endpoint.isMet(by: $0) }
    }
}
