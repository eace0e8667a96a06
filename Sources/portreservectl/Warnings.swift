internal import Generator
internal import Reservations
internal import Text

/// What is legal in a configuration but unwise, portreservectl(8).
struct Warnings {
    let plan: Plan
    /// The machine where it is to be used.
    let machine: Surroundings
    /// Those of the files which it is made of whose names are services'.
    var files: [ConfigurationFile] = []
    /// The services database, where they need it.
    var names: ServicesDatabase?
    /// Whether the files are where the machine's generator finds them.
    var areInstalled = false

    /// By kind, and in each in the order of services and lines.
    var all: [Diagnostic] {
        inTwoFiles + shareInVain + unsparedPorts + plan.services.flatMap { missingUnits(of: $0) }
            + unasked
    }

    /// Endpoints that another service was the first to claim.
    private var inTwoFiles: [Diagnostic] {
        linewise(
            where: { reservation in
                let entry = plan.entries[reservation.entry]
                let isTwice =
                    plan.services[entry.owner].name != plan.services[reservation.service].name
                let place = entry.owner << 32 | entry.line
                return isTwice ? place << 1 | (isOpen(reservation) ? 1 : 0) : nil
            },
            { lines in
                let entry = plan.entries[lines.first.entry]
                let owner = plan.services[entry.owner]
                let follows: Text =
                    isOpen(lines.first)
                    ? "'share' in either file lets any program bind beside the hold"
                    : """
                    it is let go as soon as either service asks, and incidents are listed under \
                    '\(owner.name)'
                    """
                let verb: Text = lines.isOne ? "is" : "are"
                return "\(lines) \(verb) in \(owner.path):\(entry.line) too: \(follows)"
            })
    }

    /// `share` on what has no such thing: a datagram goes to the socket that was bound last.
    private var shareInVain: [Diagnostic] {
        linewise(
            where: { $0.share && plan.entries[$0.entry].endpoint.transport == .udp ? 0 : nil },
            { lines in
                let verb: Text = lines.isOne ? "has" : "have"
                return
                    "\(lines) \(verb) no use for 'share', which is for TCP: write a line for each protocol"
            })
    }

    /// Ports that programs which ask for any port below 1024 would go for.
    private var unsparedPorts: [Diagnostic] {
        guard let spared = machine.spared else { return [] }
        return linewise(
            where: { reservation in
                let port = plan.entries[reservation.entry].endpoint.port
                return bindresvportRange.contains(port) && !spared.contains(port) ? 0 : nil
            },
            {
                "RPC services go for \($0.ports): add that to \(sparedPortsPath), which libtirpc heeds"
            })
    }

    /// Units that a file names, and that are not there.
    private func missingUnits(of service: Plan.Service) -> [Diagnostic] {
        guard let units = machine.units else { return [] }
        let missing = Set(service.units.filter { !units.has($0) })
        return warnings(
            of: service, missing.sorted().map { "there is no unit '\($0)', which the file names" })
    }

    /// Services whose ports nothing asks for, or not all that should.
    private var unasked: [Diagnostic] {
        guard let units = machine.units else { return [] }
        let files = Dictionary(files.map { ($0.service, $0) }) { first, _ in first }
        return plan.services.filter { needsRelease($0) }.flatMap { service in
            files[service.name].map { warnings(of: service, refusals(of: $0, units)) } ?? []
        }
    }

    private func warnings(of service: Plan.Service, _ texts: [Text]) -> [Diagnostic] {
        texts.map { Diagnostic(service.path, "warning: \($0)") }
    }

    /// Whether one of its ports is free by a release alone.
    private func needsRelease(_ service: Plan.Service) -> Bool {
        plan.reservations[service.reservations].contains { !$0.permanent && !isOpen($0) }
    }

    /// Whether a server binds beside the hold; some service's `share` is everybody's.
    private func isOpen(_ reservation: Plan.Reservation) -> Bool {
        let entry = plan.entries[reservation.entry]
        return entry.share && entry.endpoint.transport == .tcp
    }
}

extension Warnings {
    /// Endpoints of one line.
    private struct Lines: Writable {
        let first: Plan.Reservation
        let endpoints: ArraySlice<Endpoint>

        var isOne: Bool { endpoints.count == 1 }

        /// The first of them, and how many others there are.
        var text: Text {
            guard let first = endpoints.first else { return "" }
            let rest = endpoints.count - 1
            return rest == 0 ? first.text : "\(first) and \(counted(rest, "other", "others"))"
        }

        var ports: Text {
            PortRanges(endpoints.map { $0.port...$0.port }).pieces(most: 65_536).first ?? ""
        }
    }

    /// Warnings of each line with endpoints that have a key, which tells those apart that have
    /// another text.
    private func linewise(
        where key: (Plan.Reservation) -> Int?, _ text: (Lines) -> Text
    ) -> [Diagnostic] {
        let found = plan.reservations.compactMap { it in key(it).map { (key: $0, reservation: it) }
        }
        let endpoints = found.map { plan.entries[$0.reservation.entry].endpoint }
        var told: [Diagnostic] = []
        var last: (service: Int, count: Int) = (-1, 0)
        var start = found.startIndex
        while start < found.endIndex {
            let (key, first) = found[start]
            let end =
                found[start...].firstIndex {
                    $0.key != key || $0.reservation.service != first.service
                        || $0.reservation.line != first.line
                } ?? found.endIndex
            last = (first.service, last.service == first.service ? last.count + 1 : 1)
            let service = plan.services[first.service]
            if last.count <= warningsPerFileMax {
                let text = text(Lines(first: first, endpoints: endpoints[start..<end]))
                told.append(
                    Diagnostic(service.path, line: first.line, column: 0, "warning: \(text)"))
            } else if last.count == warningsPerFileMax + 1 {
                told += warnings(of: service, ["more lines are like these, and are not told"])
            }
            start = end
        }
        return told
    }
}

/// Of one kind.
private let warningsPerFileMax = 100

/// bindresvport(3), glibc's and libtirpc's: where it begins; 512 to 599 are for when all are taken.
private let bindresvportRange: ClosedRange<UInt16> = 600...1_023

extension Warnings {
    /// Why nothing asks for a service's ports, or not all that should.
    private func refusals(of file: ConfigurationFile, _ units: MachineUnits) -> [Text] {
        if let why = refusal(of: file.service) {
            return ["no unit can be made to ask for its ports: \(why)"]
        }
        let asking = units.asking(for: file, names)
        var texts = asking.compactMap { unit -> Text? in
            let name = Text.quoted(unit.name)
            if let why = unit.refusal {
                return "\(name) cannot be made to ask for its ports: \(why)"
            }
            if !areInstalled || unit.isAsking || !unit.isThere { return nil }
            return "\(name) does not ask for its ports yet: 'systemctl daemon-reload' has it do so"
        }
        let isTold = !texts.isEmpty || file.units.contains { !units.has($0) }
        if !isTold, let own = asking.first, !asking.contains(where: { $0.isThere }) {
            texts.append(
                """
                there is no unit \(Text.quoted(own.name)) to ask for its ports: install it, name \
                another by 'unit', or call portrelease(8)
                """)
        }
        return texts
    }
}
