public import LinuxIO

/// The rules that the programs read, and the table that says which port has which.
///
/// They are written while programs read them, and so in three ways alone: a place is stored into a
/// free word, or cleared; whatever else changes is a fresh rule, and one store into the table; an
/// old number is given out again when no program can look at it any more (`RuleNumbers`).
public struct Rules: ~Copyable {
    let map: Descriptor
    /// The pages of rules that are in use: mapped ones count as resident.
    private(set) var memory: Descriptor.Map.Memory
    private var numbers = RuleNumbers()
    /// The rule of what is held: nobody may bind, on whatever address.
    public let nobody: RuleNumber

    /// Makes them for a network namespace, with no port in the table yet.
    init(network: UInt64) throws(Errno) {
        let map = try Descriptor.map(.memory(bytes: Layout.bytes))
        let memory = try Descriptor.Map.Memory(map, bytes: pageBytes)
        memory.store(network, at: 8 * Int(Layout.network))
        guard let number = numbers.take(nowMs: 0) else { fatalError("no number is free") }
        nobody = RuleNumber(number: number)
        self.map = map
        self.memory = memory
    }

    /// The cookie of the socket that this process binds now, 0 for none: no rule refuses it.
    public var own: UInt64 {
        get { memory.word(at: 8 * Int(Layout.own)) }
        nonmutating set { memory.store(newValue, at: 8 * Int(Layout.own)) }
    }

    /// What the programs could not tell, since the beginning.
    public var lost: LostEvents {
        LostEvents(
            life: lost(Layout.lostLife),
            refusals: lost(Layout.lostRefusals),
            sockets: lost(Layout.lostSockets))
    }

    /// A fresh rule by which nobody may bind, for `addresses`, or for all where there is none.
    ///
    /// nil: there are too many rules, or more addresses than one has room for; what needs it cannot
    /// be guarded.
    public mutating func make(
        for addresses: [InternetAddress] = [], generation: Int = 0
    ) throws(Errno) -> RuleNumber? {
        if addresses.count > Int(RuleOffset.addresses) { return nil }
        guard let number = takeNumber() else { return nil }
        let rule = RuleNumber(number: number)
        do throws(Errno) { try mapPages(to: rule) } catch {
            numbers.retire(number, nowMs: monotonicMilliseconds())
            throw error
        }
        write(addresses, generation, to: rule)
        return rule
    }

    private mutating func takeNumber() -> UInt16? {
        if let number = numbers.take(nowMs: monotonicMilliseconds()) { return number }
        guard Descriptor.Map.Memory.waitForReaders() else { return nil }
        numbers.settle()
        return numbers.take(nowMs: monotonicMilliseconds())
    }

    private mutating func mapPages(to rule: RuleNumber) throws(Errno) {
        let end = (Int(rule.number) + 1) * Layout.ruleBytes
        if memory.bytes < end {
            memory = try Descriptor.Map.Memory(map, bytes: wholePages(end))
        }
    }

    /// Gives up a rule that no port has any more.
    public mutating func retire(_ rule: RuleNumber) {
        assert(rule != nobody, "the rule of all is not given up")
        numbers.retire(rule.number, nowMs: monotonicMilliseconds())
    }

    /// Sets by which rule ports are kept; nil: by none.
    public borrowing func assign(_ ports: [GuardedPorts], to rule: RuleNumber?) throws(Errno) {
        var (first, end) = (Layout.keys, 0)
        for range in ports {
            first = min(first, range.keys.lowerBound)
            end = max(end, range.keys.upperBound)
        }
        if end == 0 { return }
        // Only what is written is mapped, and only now.
        let page = (Layout.table + 2 * first) / pageBytes * pageBytes
        let bytes = Layout.table + 2 * end - page
        let table = try Descriptor.Map.Memory(map, from: page, bytes: wholePages(bytes))
        for range in ports {
            table.fill(
                rule?.number ?? 0, at: Layout.table + 2 * range.keys.lowerBound - page,
                count: range.keys.count)
        }
    }

    private borrowing func lost(_ counter: Int16) -> Int { Int(memory.word(at: 8 * Int(counter))) }
}

private var pageBytes: Int { Descriptor.Map.Memory.pageBytes }

private func wholePages(_ bytes: Int) -> Int { (bytes + pageBytes - 1) / pageBytes * pageBytes }

/// What the programs could not tell for want of room.
public struct LostEvents: Equatable, Sendable {
    /// Sockets bound or let go.
    public let life: Int
    /// Refusals that were to be reported; all are counted.
    public let refusals: Int
    /// Bound sockets that will not be told of when they are let go.
    public let sockets: Int
}

extension Rules {
    private func at(_ field: Int16, of rule: RuleNumber) -> Int {
        Int(rule.number) * Layout.ruleBytes + Int(field)
    }

    /// Only for a rule that no program can look at.
    private func write(
        _ addresses: [InternetAddress], _ generation: Int, to rule: RuleNumber
    ) {
        for offset in stride(from: 0, to: Layout.ruleBytes, by: 8) {
            memory.store(0, at: at(Int16(offset), of: rule))
        }
        memory.store(UInt64(generation), at: at(RuleOffset.generation, of: rule))
        if addresses.isEmpty { return }
        var flags = RuleFlag.hasAddresses
        for index in 0..<RuleOffset.addresses {
            let words = addresses[Int(index) < addresses.count ? Int(index) : 0].words
            let offset = at(RuleOffset.address(index), of: rule)
            memory.store(words.high, at: offset)
            memory.store(words.low, at: offset + 8)
            let isIPv4 = words.high == 0 && UInt32(truncatingIfNeeded: words.low) == mappedPrefix
            if isIPv4 { flags |= RuleFlag.hasIPv4 }
        }
        memory.store(UInt64(flags), at: at(RuleOffset.flags, of: rule))
    }

    /// The places of a rule as they are now; an open one may have become a session's.
    public func places(of rule: RuleNumber) -> [GuardPlace] {
        var places: [GuardPlace] = []
        for index in 0..<RuleOffset.places {
            let word = memory.word(at: at(RuleOffset.place(index), of: rule))
            if word != 0 { places.append(GuardPlace(word: word)) }
        }
        return places
    }

    /// Lets a cgroup's processes bind; false where the rule has no room, or no word for it.
    ///
    /// An open place has one word, which another may have taken.
    public func add(_ place: GuardPlace, to rule: RuleNumber) -> Bool {
        if !place.isWritable { return false }
        var free: Int?
        for index in 0..<RuleOffset.places {
            let offset = at(RuleOffset.place(index), of: rule)
            let word = memory.word(at: offset)
            if word == place.word { return true }
            let isUsable = !place.isOpen || index == RuleOffset.places - 1
            if word == 0, isUsable, free == nil { free = offset }
        }
        guard let free else { return false }
        memory.store(place.word, at: free)
        return true
    }

    /// Lets the processes of the cgroup with that id bind no longer.
    public func clear(_ id: UInt64, of rule: RuleNumber) {
        for index in 0..<RuleOffset.places {
            let offset = at(RuleOffset.place(index), of: rule)
            let word = memory.word(at: offset)
            // A program may take over an open place at this moment, which is then another's.
            if GuardPlace(word: word).id == id { _ = memory.replace(word, by: 0, at: offset) }
        }
    }

    /// Begins a new generation, by which later events of the rule can be told from older ones.
    ///
    /// No program decides by it.
    public func begin(_ generation: Int, of rule: RuleNumber) {
        memory.store(UInt64(generation), at: at(RuleOffset.generation, of: rule))
    }

    /// How many binds the rule has refused.
    public func refusals(of rule: RuleNumber) -> Int {
        Int(memory.word(at: at(RuleOffset.count, of: rule)))
    }
}
