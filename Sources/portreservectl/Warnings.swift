internal import Generator
internal import Reservations
internal import Text

extension Plan {
    /// What is legal and unwise, portreservectl(8): by kind, and in each in the order of services and
    /// lines.
    func warnings(in surroundings: Surroundings) -> [Diagnostic] {
        claimedTwice + sharedInVain + unsparedPorts(surroundings)
            + services.flatMap { unitWarnings(of: $0, surroundings) }
    }

    /// Endpoints that another service was the first to claim.
    private var claimedTwice: [Diagnostic] {
        warnings(where: { entries[$0.entry].owner != $0.service }) { reservation in
            let entry = entries[reservation.entry]
            let owner = services[entry.owner]
            return """
                is in \(owner.path):\(entry.line) too: it is free as soon as either service asks, and \
                whoever goes for it is told of under '\(owner.name)'
                """
        }
    }

    /// `share` on what has no such thing: a datagram goes to the socket that was bound last.
    private var sharedInVain: [Diagnostic] {
        warnings(where: { $0.share && entries[$0.entry].endpoint.transport == .udp }) { _ in
            "has no use for 'share', which is for TCP: write a line for each protocol"
        }
    }

    /// Ports that programs which ask for any port below 1024 would go for.
    private func unsparedPorts(_ surroundings: Surroundings) -> [Diagnostic] {
        guard let spared = surroundings.spared else { return [] }
        return warnings(where: { reservation in
            let port = entries[reservation.entry].endpoint.port
            return bindresvportRange.contains(port) && !spared.contains(port)
        }) { _ in
            "is a port that RPC services go for: add it to \(sparedPortsPath), which they heed"
        }
    }

    /// What `text` says of each line with endpoints that are so, told of the first of them.
    private func warnings(
        where isSo: (Reservation) -> Bool, _ text: (Reservation) -> Text
    ) -> [Diagnostic] {
        let found = reservations.filter(isSo)
        var told: [Diagnostic] = []
        var start = found.startIndex
        while start < found.endIndex {
            let first = found[start]
            let end =
                found[start...].firstIndex {
                    $0.service != first.service || $0.line != first.line
                } ?? found.endIndex
            let more = end - start - 1
            let rest: Text =
                more == 0 ? "" : " (and \(counted(more, "other", "others")) of this line)"
            told.append(
                Diagnostic(
                    services[first.service].path, line: first.line, column: 0,
                    "warning: \(entries[first.entry].endpoint)\(rest) \(text(first))"))
            start = end
        }
        return told
    }

    /// Units that are not there, or cannot be made to ask, where something has to ask for the ports.
    private func unitWarnings(of service: Service, _ surroundings: Surroundings) -> [Diagnostic] {
        guard let hasUnit = surroundings.hasUnit, needsRelease(service) else { return [] }
        let named = service.units.map { UnitName($0) }
        var faults = named.filter { !isThere($0, hasUnit) }.map { unit -> Text in
            "there is no unit '\(unit)', which the file names"
        }
        let own = surroundings.name.map { ServiceName($0) } ?? service.name
        var asking = named.filter { $0.section != nil }
        if asking.isEmpty, surroundings.areNamed || surroundings.name != nil {
            let unit = UnitName(of: own)
            asking = [unit]
            if !isThere(unit, hasUnit), !hasUnit(unit.template.text) {
                faults.append(
                    "there is no unit '\(unit)': its ports are held until 'portrelease \(own)'")
            }
        }
        return (faults + refusals(of: own, asking)).map {
            Diagnostic(service.path, "warning: \($0)")
        }
    }

    /// Whether a port of it is free by a release alone.
    private func needsRelease(_ service: Service) -> Bool {
        reservations[service.reservations].contains { reservation in
            let isShared =
                reservation.share && entries[reservation.entry].endpoint.transport == .tcp
            return !reservation.permanent && !isShared
        }
    }
}

/// Why portreserve-generator(8) makes no drop-in for some units of a service.
private func refusals(of service: ServiceName, _ units: [UnitName]) -> [Text] {
    if let why = refusal(of: service) { return ["no unit is made to ask for its ports: \(why)"] }
    return units.compactMap { unit in
        unit.refusal.map { "\(Text.quoted(unit.text)) is not made to ask for its ports: \($0)" }
    }
}

/// Whether a unit is there, or the template that it is an instance of; scopes and slices are made
/// as they are needed.
private func isThere(_ unit: UnitName, _ hasUnit: (Text) -> Bool) -> Bool {
    unit.section == nil || hasUnit(unit.text)
        || unit.isOfTemplate && hasUnit(unit.template.text)
}

/// bindresvport(3): from where it takes a port, in glibc and in libtirpc.
private let bindresvportRange: ClosedRange<UInt16> = 600...1_023
