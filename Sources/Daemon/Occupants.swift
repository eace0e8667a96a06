internal import LinuxIO
internal import Reservations
internal import Signs

/// Others' servers on some ports, looked at when that is first asked for, and then no more.
struct Occupants {
    private let tcp: [UInt16]
    private let udp: [UInt16]
    /// Those that listen, and then those that are bound only.
    private var looks: [FoundSockets] = []
    private var udpLook: FoundSockets?

    init(of tcp: [UInt16], _ udp: [UInt16]) {
        self.tcp = tcp
        self.udp = udp
    }

    /// Whether somebody has an endpoint who would lose it by our bind with SO_REUSEADDR, or by our
    /// rule.
    ///
    /// Linux lets us bind beside a server with the option that does not listen yet, and then its
    /// listen(2) fails: KERNEL.md hold 5. The cheap look comes first, and is all where it is to be
    /// quick; one that saw too much shows everything as taken.
    @inline(never)
    mutating func have(_ endpoint: Endpoint, isQuick: Bool) -> Bool {
        switch endpoint.transport {
        case .tcp:
            let scopes: [FoundSocket.Scope] = [.listening, .bound]
            for (number, scope) in scopes.prefix(isQuick ? 1 : 2).enumerated() {
                if looks.count == number { looks.append(look(.tcp, tcp, scope)) }
                if looks[number].have(endpoint) { return true }
            }
            return false
        case .udp:
            let found = udpLook ?? look(.udp, udp, .everything)
            udpLook = found
            return found.have(endpoint)
        }
    }

    @inline(never)
    private func look(
        _ transport: Transport, _ ports: [UInt16], _ scope: FoundSocket.Scope
    ) -> FoundSockets {
        (try? findSockets(transport, ports: ranges(of: ports), scope)) ?? FoundSockets()
    }
}

extension FoundSockets {
    fileprivate func have(_ endpoint: Endpoint) -> Bool {
        isCut || sockets.contains { endpoint.isMet(by: $0) }
    }
}
