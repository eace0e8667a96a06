public import Text

/// What is to be held, and for whom: the configuration with its names looked up.
public struct Plan {
    /// One service and what it claims.
    public struct Service {
        /// Its only key.
        public let name: ServiceName
        /// The file that names its endpoints.
        public let path: Text
        /// Units whose processes may bind, beside the one of its own name.
        public let units: [Text]
        /// Whether the guard leaves it alone.
        public let isUnguarded: Bool
        /// Where its reservations stand in `reservations`.
        public internal(set) var reservations: Range<Int>
    }

    /// One endpoint that somebody claims.
    ///
    /// There may be 131,070, so its numbers are small ones.
    public struct Entry {
        /// What is held.
        public let endpoint: Endpoint
        /// The first service that claims it, as an index of `services`.
        public var owner: Int { Int(ownerNumber) }
        /// The line of the owner's file.
        public var line: Int { Int(lineNumber) }
        /// Some claim on it says `share`.
        public internal(set) var share: Bool
        /// Some claim on it says `permanent`.
        public internal(set) var permanent: Bool
        /// The last claim on it, as an index of `reservations`; -1: none yet.
        fileprivate var lastReservation: Int32 = -1
        /// Another endpoint of the same protocol and port, as an index of `entries`; -1: none.
        fileprivate let nextOnPort: Int32
        private let ownerNumber: Int32
        /// The first other service that claims it, as an index of `services`; -1: none yet.
        fileprivate var otherNumber: Int32 = -1
        fileprivate var lineNumber: Int32

        fileprivate init(_ endpoint: Endpoint, owner: Int, line: Int, nextOnPort: Int?) {
            assert(line > 0, "the first line is 1")
            assert(owner >= 0, "every entry has an owner")
            self.endpoint = endpoint
            self.nextOnPort = Int32(nextOnPort ?? -1)
            ownerNumber = Int32(owner)
            lineNumber = Int32(line)
            share = false
            permanent = false
        }

        fileprivate var next: Int? { nextOnPort < 0 ? nil : Int(nextOnPort) }
    }

    /// In the order of their names, byte by byte.
    public internal(set) var services: [Service] = []
    /// A service's own stand together.
    public internal(set) var reservations: [Reservation] = []
    /// In the order in which they are first claimed; none stands twice.
    public internal(set) var entries: [Entry] = []
    /// What is wrong with the files and their claims, in the order of files and lines.
    public internal(set) var diagnostics: [Diagnostic] = []
    /// Services whose files have something wrong in them.
    private(set) var wrongServices: [ServiceName] = []
    private var ports = PortIndex()
    /// Ports that the claims so far have named, those that were refused included.
    private var claimedPorts = 0

    /// Names nothing.
    public static var empty: Plan { Plan([], database: nil) }

    /// Makes the plan of `files`, one a service.
    ///
    /// `database` is nil where no name is needed, or where it cannot be read: names are then
    /// diagnostics.
    public init(_ files: [ConfigurationFile], database: ServicesDatabase?) {
        self.init(files, database: database, keeping: [], of: nil)
    }

    /// Plans what services that `isKept`, by index, had in `old` first, so that no line takes it
    /// from them.
    init(
        _ files: [ConfigurationFile], database: ServicesDatabase?, keeping isKept: [Bool],
        of old: Plan?
    ) {
        let files = order(of: files.map { $0.service }).map { files[$0] }
        services = files.map { file in
            Service(
                name: file.service, path: file.path, units: file.units,
                isUnguarded: file.isUnguarded, reservations: 0..<0)
        }
        assert(isSorted, "a service is found by bisection")
        let retained = files.map { file in
            guard let old, let number = old.service(file.service), isKept[number] else {
                return [Retained]()
            }
            return old.retained(of: number)
        }
        for (number, list) in retained.enumerated() {
            for claim in list where index(of: claim.endpoint) == nil {
                append(claim.endpoint, line: claim.line, of: number)
            }
        }
        for (number, file) in files.enumerated() {
            let start = reservations.count
            take(file, database, of: number)
            keep(retained[number], of: number)
            services[number].reservations = start..<reservations.count
        }
        assert(entries.count <= Limits.endpointsMax, "the bound is kept line by line")
    }

    @inline(never)
    private mutating func take(
        _ file: ConfigurationFile, _ database: ServicesDatabase?, of number: Int
    ) {
        var problems = file.problems
        for claim in file.claims {
            do throws(Refusal) {
                try add(claim, database, of: number)
            } catch {
                problems.say(
                    line: claim.line, column: claim.column,
                    "\(file.quoted(claim)): \(error.why), ignoring this line")
            }
        }
        if !problems.all.isEmpty { wrongServices.append(file.service) }
        diagnostics += problems.all
    }

    private var isSorted: Bool {
        zip(services, services.dropFirst()).allSatisfy { $0.name <= $1.name }
    }

    /// The index of the service of that name.
    public func service(_ name: ServiceName) -> Int? {
        var range = services.indices
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            if services[middle].name == name { return middle }
            range =
                services[middle].name < name
                ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return nil
    }
}

extension Plan {
    /// Adds all that a service's `claim` asks for, or nothing.
    @inline(never)
    fileprivate mutating func add(
        _ claim: Claim, _ database: ServicesDatabase?, of service: Int
    ) throws(Refusal) {
        let tcp = try ports(of: claim, .tcp, database)
        let udp = try ports(of: claim, .udp, database)
        if tcp == nil, udp == nil { throw Refusal(unnamed: claim, database) }
        claimedPorts += (tcp?.count ?? 0) + (udp?.count ?? 0)
        guard claimedPorts <= Limits.claimedPortsMax else {
            throw Refusal(why: "more than \(Limits.claimedPortsMax) ports in all files together")
        }
        let count =
            try newCount(.tcp, tcp, claim, of: service) + newCount(.udp, udp, claim, of: service)
        guard entries.count + count <= Limits.endpointsMax else {
            throw Refusal(why: "more than \(Limits.endpointsMax) endpoints in all")
        }
        for (transport, ports) in [(TransportProtocol.tcp, tcp), (.udp, udp)] {
            guard let ports else { continue }
            for port in ports {
                insert(Endpoint(transport, claim.address, port: port), claim, of: service)
            }
        }
    }

    /// The ports of one protocol that a claim asks for, nil where it asks for none.
    private func ports(
        of claim: Claim, _ transport: TransportProtocol, _ database: ServicesDatabase?
    ) throws(Refusal) -> ClosedRange<UInt16>? {
        let isOther = claim.transport != nil && claim.transport != transport
        if isOther { return nil }
        switch claim.ports {
        case .numbered(let ports): return ports
        case .named(let name):
            guard let database else { throw Refusal(why: "names cannot be looked up") }
            return database.port(of: name, transport).map { $0...$0 }
        }
    }

    /// How many endpoints nobody claims yet; refuses those that overlap others.
    private func newCount(
        _ transport: TransportProtocol, _ ports: ClosedRange<UInt16>?, _ claim: Claim,
        of service: Int
    ) throws(Refusal) -> Int {
        guard let ports else { return 0 }
        var count = 0
        for port in ports {
            let endpoint = Endpoint(transport, claim.address, port: port)
            try check(endpoint, of: service)
            if index(of: endpoint) == nil { count += 1 }
        }
        return count
    }

    /// Refuses an endpoint that overlaps another without being it.
    private func check(_ endpoint: Endpoint, of owner: Int) throws(Refusal) {
        assert(services.indices.contains(owner), "a claim is some service's")
        var next = ports[endpoint.transport, endpoint.port]
        while let index = next {
            let entry = entries[index]
            next = entry.next
            if entry.endpoint == endpoint { continue }
            let place: Text = "\(services[entry.owner].path):\(entry.line)"
            if entry.endpoint.address == .any || endpoint.address == .any {
                throw Refusal(why: "overlaps \(entry.endpoint) of \(place)")
            }
            // What the owner keeps from before stands first, and yet may be another's as well.
            let other = entry.owner == owner ? Int(entry.otherNumber) : entry.owner
            if other >= 0 {
                let port: Text = "\(endpoint.port)/\(endpoint.transport)"
                let first = services[other]
                let owners = other == entry.owner ? place : first.path
                throw Refusal(
                    why: "\(port) is already '\(first.name)', \(owners), on another address")
            }
        }
    }

    /// Adds an endpoint, and a reservation where the service had none on it yet.
    mutating func insert(_ endpoint: Endpoint, _ claim: Claim, of service: Int) {
        let index = index(of: endpoint) ?? append(endpoint, line: claim.line, of: service)
        assert(entries[index].endpoint == endpoint, "an index leads to its endpoint")
        if entries[index].owner != service, entries[index].otherNumber < 0 {
            entries[index].otherNumber = Int32(service)
        }
        entries[index].share = entries[index].share || claim.share
        entries[index].permanent = entries[index].permanent || claim.permanent
        if let own = lastReservation(of: index, by: service) {
            return reservations[own].addOptions(of: claim)
        }
        entries[index].lastReservation = Int32(reservations.count)
        if entries[index].owner == service { entries[index].lineNumber = Int32(claim.line) }
        reservations.append(Reservation(claim, entry: index, service: service))
    }

    /// The services that claim an endpoint, by their indexes.
    public func services(claiming entry: Int) -> [Int] {
        let owner = entries[entry].owner
        if lastReservation(of: entry, by: owner) != nil { return [owner] }
        return reservations.filter { $0.entry == entry }.map { $0.service }
    }

    /// The reservation that `service`, whose turn it is to claim, has on an entry by now.
    func lastReservation(of entry: Int, by service: Int) -> Int? {
        let last = Int(entries[entry].lastReservation)
        return last >= 0 && reservations[last].service == service ? last : nil
    }

    /// The index of `endpoint` in `entries`.
    public func index(of endpoint: Endpoint) -> Int? {
        var next = ports[endpoint.transport, endpoint.port]
        while let index = next {
            if entries[index].endpoint == endpoint { return index }
            next = entries[index].next
        }
        return nil
    }

    /// The endpoints of the same protocol and port, itself among them: every address, or several.
    public func entriesOnPort(of entry: Int) -> [Int] {
        let endpoint = entries[entry].endpoint
        if endpoint.address == .any { return [entry] }
        return entriesOnPort(endpoint.transport, endpoint.port)
    }

    /// The endpoints of that protocol and port.
    public func entriesOnPort(_ transport: TransportProtocol, _ port: UInt16) -> [Int] {
        var indexes: [Int] = []
        var next = ports[transport, port]
        while let index = next {
            indexes.append(index)
            next = entries[index].next
        }
        return indexes
    }

    @inline(never)
    @discardableResult
    private mutating func append(_ endpoint: Endpoint, line: Int, of service: Int) -> Int {
        let index = entries.count
        assert(self.index(of: endpoint) == nil, "an endpoint stands once")
        entries.append(
            Entry(
                endpoint, owner: service, line: line,
                nextOnPort: ports[endpoint.transport, endpoint.port]))
        ports[endpoint.transport, endpoint.port] = index
        return index
    }
}
