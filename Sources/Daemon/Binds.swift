internal import Guard
internal import LinuxIO
internal import Reservations

extension Keeper {
    /// Binds an endpoint, or sees that its rule alone keeps it.
    mutating func bind(_ entry: Int) -> Event {
        do throws(Errno) {
            if isKeptByRule(entry) {
                if isOccupied(table.plan.entries[entry].endpoint) { throw .addressInUse }
                known[entry].refusal = nil
                return .bound
            }
            if table.heldCount >= holdsMax { throw .tooManyOpenFiles }
            if known[entry].hold == nil {
                known[entry].hold = Descriptor.Owner(try boundSocket(entry))
            } else {
                // The last instance's.
                renew(entry)
            }
            storedHolds.note(entry)
            known[entry].refusal = nil
            return .bound
        } catch {
            known[entry].refusal = error
            return error == .addressInUse ? .inUse : .refused
        }
    }

    /// Whether it needs no hold: nobody's port, which its rule keeps.
    borrowing func isKeptByRule(_ entry: Int) -> Bool {
        table.plan.entries[entry].permanent && rulesSuffice == true
            && table.keeping(of: entry) == .guarded
    }

    @inline(never)
    private mutating func boundSocket(_ entry: Int) throws(Errno) -> Descriptor {
        let endpoint = table.plan.entries[entry].endpoint
        if table.keeping(of: entry) == .shared { return try bound(endpoint, beside: .servers) }
        do throws(Errno) { return try bound(endpoint, beside: .none) } catch .addressInUse {
            if endpoint.transport == .udp { throw .addressInUse }
            if isOccupied(endpoint, by: .listening) { throw .addressInUse }
        }
        // Who refused us may have gone since; the look at all that are bound takes milliseconds.
        do throws(Errno) { return try bound(endpoint, beside: .none) } catch .addressInUse {
            if isOccupied(endpoint, by: .bound) { throw .addressInUse }
        }
        return try bound(endpoint, beside: .timeWait)
    }

    /// The guard lets the one socket bind that is named to it.
    @inline(never)
    private borrowing func bound(
        _ endpoint: Endpoint, beside neighbours: Neighbours
    ) throws(Errno) -> Descriptor {
        if book == nil { return try endpoint.bound(beside: neighbours) { _ in } }
        defer { book?.kernel.rules.own = 0 }
        return try endpoint.bound(beside: neighbours) { socket throws(Errno) in
            book?.kernel.rules.own = try socket.cookie()
        }
    }

    /// Whether somebody has an endpoint who would lose it by our bind with SO_REUSEADDR, or by our
    /// rule.
    ///
    /// Linux lets us bind beside a server with the option that does not listen yet, and then its
    /// listen(2) fails: KERNEL.md hold 5. The cheap look comes first.
    mutating func isOccupied(_ endpoint: Endpoint) -> Bool {
        switch endpoint.transport {
        case .tcp: isOccupied(endpoint, by: .listening) || isOccupied(endpoint, by: .bound)
        case .udp: isOccupied(endpoint, by: .everything)
        }
    }

    /// Whether somebody else has it by such a socket, as was seen in this turn.
    @inline(never)
    private mutating func isOccupied(_ endpoint: Endpoint, by scope: FoundSocket.Scope) -> Bool {
        var known = occupants ?? Occupants(of: wanted(.tcp), wanted(.udp))
        defer { occupants = known }
        return known.have(endpoint, by: scope)
    }

    /// The ports of which we have no socket.
    @inline(never)
    private borrowing func wanted(_ transport: TransportProtocol) -> [UInt16] {
        var ports: [UInt16] = []
        for (entry, planned) in table.plan.entries.enumerated()
        where known[entry].hold == nil && planned.endpoint.transport == transport {
            ports.append(planned.endpoint.port)
        }
        return ports
    }
}
