internal import LinuxIO
internal import Reservations
internal import Text

/// As many holds are kept for the next instance at the most: descriptors in flight count for root as
/// a whole, and others need some too.
let storedHoldsMax = 500
/// As many are in one record: what is replaced is there twice for a moment.
let holdsPerRecord = 50

extension Keeper {
    /// Has the next instance know what has changed since this was last called, before something is
    /// let go: nobody is to find it held who comes after us.
    ///
    /// `going`: their holds will be closed, and are nobody's but ours from here on.
    @inline(never)
    mutating func remember(going: [Int] = []) {
        if vault == nil { return }
        // What a rule keeps is in no record.
        let isStored = going.contains { known[$0].hold != nil && table.keeping(of: $0) != .guarded }
        if isStored { areHoldsUnsaved = true }
        do throws(Errno) { try save(going: EntrySet(going)) } catch { giveUpVault(error) }
    }

    /// Leaves nothing to the next instance, since it could not be told something: a port is not to be
    /// kept by what we can take back no more.
    @inline(never)
    mutating func giveUpVault(_ refusal: Errno) {
        try? vault?.clear()
        vault = nil
        vaultRefusal = refusal
    }

    /// Leaves the guard's programs to the next instance, and those before them no longer; none: there
    /// is no guard.
    @inline(never)
    mutating func leaveGuard(_ descriptors: [Int32]) {
        do throws(Errno) { try vault?.putGuard(descriptors) } catch { giveUpVault(error) }
    }

    private mutating func save(going: EntrySet) throws(Errno) {
        for service in unsaved.all {
            let name = table.plan.services[service].name
            let remembered = remembered(service)
            let body: Text = remembered.isEmpty ? "" : text(of: remembered.numbers)
            try vault?.put(serviceKey(name), body)
        }
        unsaved = EntrySet()
        if areHoldsUnsaved { try storeHolds(but: going) }
        areHoldsUnsaved = false
    }

    /// Has the next instance know nothing of services that are no more; all others it is to be told of
    /// anew.
    @inline(never)
    mutating func rememberAnew(after old: Plan) {
        do throws(Errno) {
            for service in old.services where table.plan.service(service.name) == nil {
                try vault?.put(serviceKey(service.name), "")
            }
        } catch { giveUpVault(error) }
        unsaved = EntrySet(Array(table.plan.services.indices))
        areHoldsUnsaved = true
    }

    private borrowing func remembered(_ service: Int) -> Remembered {
        var remembered = Remembered(table.rule(of: service))
        for entry in table.entries(of: service)
        where table.claimant(of: entry) == service && table.state(of: entry).isRemembered {
            remembered.entries.append(
                Remembered.Entry(
                    table.plan.entries[entry].endpoint, table.state(of: entry),
                    due: deadlines[entry], since: since(entry)))
        }
        return remembered
    }

    /// Keeps the holds that no rule keeps for the next instance, and no other ones.
    @inline(never)
    private mutating func storeHolds(but going: EntrySet) throws(Errno) {
        var record = 0
        var (numbers, descriptors): ([Int], [Int32]) = ([], [])
        var count = 0
        for (entry, planned) in table.plan.entries.enumerated() {
            guard let hold = known[entry].hold, table.keeping(of: entry) != .guarded,
                !going.contains(entry)
            else { continue }
            count += 1
            if count > storedHoldsMax { continue }
            numbers += planned.endpoint.numbers
            descriptors.append(hold.descriptor.number)
            if descriptors.count < holdsPerRecord { continue }
            try storeHolds(record, numbers, descriptors)
            (numbers, descriptors) = ([], [])
            record += 1
        }
        for rest in record..<storedHoldsMax / holdsPerRecord {
            try storeHolds(rest, numbers, descriptors)
            (numbers, descriptors) = ([], [])
        }
        unstoredCount = max(count - storedHoldsMax, 0)
    }

    @inline(never)
    private mutating func storeHolds(
        _ record: Int, _ numbers: [Int], _ descriptors: [Int32]
    ) throws(Errno) {
        try vault?.put(holdsKey(record), numbers.isEmpty ? "" : text(of: numbers), descriptors)
        // Who is not in a record any more is bound as long as an older one has him.
        try vault?.purge()
    }

    /// Has a service stand where it stood for another instance, as far as that is still wanted.
    @inline(never)
    mutating func recall(_ remembered: Remembered, _ places: [Place], of service: Int) {
        table.recall(Rule(remembered, places), of: service)
        for one in remembered.entries {
            guard let recalled = table.recall(one, by: service) else { continue }
            note(since: one.since, recalled.entry)
            deadlines.set(
                recalled.entry, one.due ?? recalled.spanMs.map { monotonicMilliseconds() + $0 })
        }
    }

    /// Drops what another instance has left and nobody has any use for.
    mutating func drop(_ record: VaultRecord) {
        do throws(Errno) { try vault?.put(record.key, "") } catch { giveUpVault(error) }
    }

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
        areHoldsUnsaved = true
        remember()
        return odd
    }

    /// False: it is no hold of that endpoint.
    @inline(never)
    private mutating func takeHold(_ handle: Handle, _ endpoint: Endpoint) -> Bool {
        guard let socket = handle.take(), socket.isBound(to: endpoint) else { return false }
        // What its rule alone keeps is occupied as long as somebody has a hold.
        if let entry = table.plan.index(of: endpoint), table.state(of: entry) == .planned,
            !isKeptByRule(entry)
        {
            known[entry].hold = Descriptor.Shared(socket)
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
    var isOfHolds: Bool { key.bytes.starts(with: holdsKey(0).bytes.dropLast()) }

    /// The service that it is of.
    var service: ServiceName? {
        let prefix = serviceKey(ServiceName("")).bytes
        if !key.bytes.starts(with: prefix) { return nil }
        return ServiceName(Text(key.bytes[prefix.count...]))
    }

    /// The endpoints whose holds are in a record of such, as far as that can be read.
    @inline(never)
    func endpoints() -> [Endpoint] {
        var rest = (numbers() ?? [])[...]
        var endpoints: [Endpoint] = []
        while let endpoint = Endpoint(rest) {
            endpoints.append(endpoint)
            rest = rest.dropFirst(Endpoint.numberCount)
        }
        return endpoints
    }

    /// What stands in it, in numbers; nil: something else does.
    @inline(never)
    func numbers() -> [Int]? {
        var numbers: [Int] = []
        for word in words(of: body.bytes[...], between: UInt8(ascii: " ")) {
            guard let number = integer(word) else { return nil }
            numbers.append(number)
        }
        return numbers
    }
}

private func serviceKey(_ name: ServiceName) -> Text {
    Text(("service " as Text).bytes + name.bytes)
}

private func holdsKey(_ number: Int) -> Text { "holds \(number)" }

private func text(of numbers: [Int]) -> Text {
    var bytes: [UInt8] = []
    for number in numbers {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        appendDecimal(number, to: &bytes)
    }
    return Text(bytes)
}
