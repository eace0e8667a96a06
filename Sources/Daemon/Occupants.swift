internal import LinuxIO
internal import Reservations
internal import Signs

/// Others' servers on some TCP ports, looked at when that is first asked for, and then no more.
struct Occupants {
    private let ports: [UInt16]
    /// Those that listen, and then those that are bound only.
    private var looks: [FoundSockets] = []

    init(of ports: [UInt16]) { self.ports = ports }

    /// Whether somebody has an endpoint who would lose it by our bind with SO_REUSEADDR.
    ///
    /// Linux lets us bind beside a server with the option that does not listen yet, and then its
    /// listen(2) fails: KERNEL.md hold 5. The cheap look comes first; one that saw too much shows
    /// everything as taken.
    @inline(never)
    mutating func have(_ endpoint: Endpoint) -> Bool {
        for (number, scope) in [FoundSocket.Scope.listening, .bound].enumerated() {
            if looks.count == number {
                let found = try? findSockets(.tcp, ports: ranges(of: ports), scope)
                looks.append(found ?? FoundSockets())
            }
            let found = looks[number]
            if found.isCut || found.sockets.contains(where: { endpoint.isMet(by: $0) }) {
                return true
            }
        }
        return false
    }
}
