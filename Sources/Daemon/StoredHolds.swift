internal import LinuxIO
internal import Reservations
internal import Text

/// As many records there are, and so 500 holds at the most: descriptors in flight count for root as a
/// whole, and others need some too.
private let recordsMax = 10
/// As many are in one record: what is replaced is there twice for a moment.
let holdsPerRecord = 50

/// Which holds the next instance gets, each in a record that it does not leave.
struct StoredHolds {
    /// Endpoints whose holds may have to come, or to go.
    fileprivate var unsaved = EntrySet()
    /// Records that are no longer true.
    fileprivate var changed = EntrySet()
    /// By record.
    fileprivate var counts = Array(repeating: 0, count: recordsMax)
    /// How many were too many.
    fileprivate(set) var lackCount = 0

    /// Has it looked at whether an endpoint's hold is to be kept.
    mutating func note(_ entry: Int) { unsaved.insert(entry) }
}

extension Keeper {
    /// Keeps the holds that no rule keeps for the next instance, and no other ones.
    mutating func saveHolds() throws(Errno) {
        for entry in storedHolds.unsaved.all { sort(entry) }
        storedHolds.unsaved = EntrySet()
        if storedHolds.changed.isEmpty { return }
        for record in storedHolds.changed.all { try store(record) }
        storedHolds.changed = EntrySet()
        storedHolds.lackCount = 0
        if storedHolds.counts.contains(where: { $0 < holdsPerRecord }) { return }
        storedHolds.lackCount = known.indices.count { known[$0].record < 0 && isToBeKept($0) }
    }

    /// Has all records written anew, after a change of the plan or of who keeps what.
    mutating func saveHoldsAnew() {
        storedHolds = StoredHolds()
        for entry in known.indices {
            let record = Int(known[entry].record)
            if record >= 0 { storedHolds.counts[record] += 1 }
            storedHolds.note(entry)
        }
        for record in 0..<recordsMax { storedHolds.changed.insert(record) }
    }

    /// Whether the next instance needs the hold, and may have it: who comes after a release is not
    /// to find it.
    private borrowing func isToBeKept(_ entry: Int) -> Bool {
        if known[entry].hold == nil || table.keeping(of: entry) == .guarded { return false }
        switch table.state(of: entry) {
        case .planned, .binding, .held: return true
        case .released, .serving, .idle, .busy, .failed: return false
        }
    }

    /// Finds a record for a hold, or takes it out of its own.
    private mutating func sort(_ entry: Int) {
        var record = Int(known[entry].record)
        let isKept = isToBeKept(entry)
        if record < 0 {
            let free = storedHolds.counts.firstIndex { $0 < holdsPerRecord }
            guard isKept, let free else { return }
            record = free
            storedHolds.counts[record] += 1
            known[entry].record = Int8(record)
        } else if !isKept {
            storedHolds.counts[record] -= 1
            known[entry].record = -1
        }
        storedHolds.changed.insert(record)
    }

    @inline(never)
    private mutating func store(_ record: Int) throws(Errno) {
        var (numbers, descriptors): ([Int], [Int32]) = ([], [])
        for (entry, planned) in table.plan.entries.enumerated()
        where known[entry].record == record {
            guard let hold = known[entry].hold else { continue }
            numbers += planned.endpoint.numbers
            descriptors.append(hold.descriptor.number)
        }
        try vault?.put("holds \(record)", numbers.isEmpty ? "" : text(of: numbers), descriptors)
        // Who is not in a record any more is bound as long as an older one has him.
        try vault?.purge()
    }
}

extension Keeper {
    /// Takes over the holds of another instance, each for its endpoint, until that is tried; says how
    /// many are not what they should be.
    @inline(never)
    mutating func takeHolds(_ records: [VaultRecord]) -> Int {
        var odd = 0
        for record in records where record.isOfHolds {
            let endpoints = record.endpoints()
            for (index, handle) in record.handles.enumerated() {
                let isIt = index < endpoints.count && takeHold(handle, endpoints[index])
                if !isIt { odd += 1 }
            }
        }
        saveHoldsAnew()
        remember()
        // Those of another version, which has more of them.
        for record in records where record.isOfHolds && !record.isWritten { drop(record.key) }
        return odd
    }

    /// False: it is no hold of that endpoint.
    private mutating func takeHold(_ handle: Handle, _ endpoint: Endpoint) -> Bool {
        guard let socket = handle.take(), socket.isBound(to: endpoint) else { return false }
        // What its rule alone keeps is occupied as long as somebody has a hold.
        if let entry = table.plan.index(of: endpoint), table.state(of: entry) == .planned,
            !isKeptByRule(entry)
        {
            known[entry].hold = Descriptor.Owner(socket)
        }
        return true
    }
}

extension Descriptor {
    /// Whether it is a socket that is bound as a hold of the endpoint is.
    @inline(never)
    fileprivate borrowing func isBound(to endpoint: Endpoint) -> Bool {
        let transport = endpoint.transport.kernels
        let address = endpoint.address.kernels
        return isBound(transport, address ?? .anyOfBothFamilies, port: endpoint.port)
            || address == nil && isBound(transport, .anyIPv4, port: endpoint.port)
    }
}

extension VaultRecord {
    /// Whether it is of holds.
    var isOfHolds: Bool { key.bytes.starts(with: ("holds " as Text).bytes) }

    /// Whether it is replaced by what this version writes.
    fileprivate var isWritten: Bool {
        decimal(key.bytes.dropFirst("holds ".utf8.count)).map { $0 < recordsMax } ?? false
    }

    /// The endpoints whose holds are in it, as far as that can be read.
    fileprivate func endpoints() -> [Endpoint] {
        var rest = (numbers() ?? [])[...]
        var endpoints: [Endpoint] = []
        while let endpoint = Endpoint(rest) {
            endpoints.append(endpoint)
            rest = rest.dropFirst(Endpoint.numberCount)
        }
        return endpoints
    }
}
