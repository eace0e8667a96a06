internal import LinuxIO
internal import Reservations
internal import Text

/// As many holds are kept for the next instance at the most: descriptors in flight count for root as
/// a whole, and others need some too.
private let storedHoldsMax = 500
/// As many are in one record; Linux takes 253.
private let holdsPerRecord = 250

/// A hold of another instance, until its endpoint is tried.
struct InheritedHold {
    let endpoint: Endpoint
    let handle: Handle
}

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
    private mutating func giveUpVault(_ refusal: Errno) {
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
            if count == storedHoldsMax { break }
            count += 1
            numbers += planned.endpoint.numbers
            descriptors.append(hold.descriptor.number)
            if descriptors.count < holdsPerRecord { continue }
            try vault?.put(holdsKey(record), text(of: numbers), descriptors)
            (numbers, descriptors) = ([], [])
            record += 1
        }
        for rest in record..<storedHoldsMax / holdsPerRecord {
            let body: Text = numbers.isEmpty ? "" : text(of: numbers)
            try vault?.put(holdsKey(rest), body, descriptors)
            (numbers, descriptors) = ([], [])
        }
        // Who is not in a record any more is bound as long as an older one has him.
        try vault?.purge()
    }

    /// Has a service stand where it stood for another instance, as far as that is still wanted.
    @inline(never)
    mutating func recall(_ remembered: Remembered, _ places: [Place], of service: Int) {
        table.recall(Rule(remembered, places), of: service)
        let own = table.entries(of: service)
        for one in remembered.entries {
            guard let entry = table.plan.index(of: one.endpoint), own.contains(entry),
                table.recall(one.state, entry, by: service)
            else { continue }
            note(since: one.since, entry)
            let needsDue = one.state == .idle(.grace) && one.due == nil
            deadlines.set(
                entry, needsDue ? monotonicMilliseconds() + Span.supervisedGraceMs : one.due)
        }
    }

    /// A hold of the endpoint that another instance has left; nil: there is none, or it is something
    /// else.
    @inline(never)
    mutating func inheritedHold(of endpoint: Endpoint) -> Descriptor? {
        guard let index = inheritedHolds.firstIndex(where: { $0.endpoint == endpoint }),
            let socket = inheritedHolds.remove(at: index).handle.take()
        else { return nil }
        let transport = endpoint.transport.kernels
        let address = endpoint.address.kernels
        let isIt =
            socket.isBound(transport, address ?? .anyOfBothFamilies, port: endpoint.port)
            || address == nil && socket.isBound(transport, .anyIPv4, port: endpoint.port)
        if isIt { return consume socket }
        oddHolds += 1
        return nil
    }
}

extension VaultRecord {
    /// The service that it is of.
    var service: ServiceName? {
        let prefix = serviceKey(ServiceName("")).bytes
        if !key.bytes.starts(with: prefix) { return nil }
        return ServiceName(Text(key.bytes[prefix.count...]))
    }

    /// The holds that are in it, nil where it is no such record, or not what it says.
    @inline(never)
    func holds() -> [InheritedHold]? {
        guard let numbers = numbers(), key.bytes.starts(with: holdsKey(0).bytes.dropLast()),
            numbers.count == handles.count * Endpoint.numberCount
        else { return nil }
        var holds: [InheritedHold] = []
        for (index, handle) in handles.enumerated() {
            guard let endpoint = Endpoint(numbers[(index * Endpoint.numberCount)...]) else {
                return nil
            }
            holds.append(InheritedHold(endpoint: endpoint, handle: handle))
        }
        return holds
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
