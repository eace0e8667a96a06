// What another instance of the daemon has to know of a service, as numbers: where its endpoints stand
// that are not held, and X. The first number is the version of what follows.

/// One service as it stood, without the name.
public struct Remembered: Equatable {
    /// An endpoint that was not held.
    public struct Entry: Equatable {
        /// Which one.
        public let endpoint: Endpoint
        /// Where it stood.
        public let state: State
        /// When it was to be woken, in monotonic milliseconds; nil: at no time.
        public let due: Int?
        /// When it came to stand there, in microseconds since 1970.
        public let since: Int

        /// Names what was.
        public init(_ endpoint: Endpoint, _ state: State, due: Int?, since: Int) {
            self.endpoint = endpoint
            self.state = state
            self.due = due
            self.since = since
        }
    }

    /// The rule's generation.
    public let generation: Int
    /// Whether its places say who will bind.
    public let isKnown: Bool
    /// The cgroups of X, by number.
    public let places: [UInt64]
    /// Its endpoints that were not held.
    public var entries: [Entry]

    /// Whether nothing is to be known that a new daemon would not find by itself.
    public var isEmpty: Bool { entries.isEmpty }

    /// What is to be known of a service, without its endpoints.
    public init(_ rule: Rule) {
        generation = rule.generation
        isKnown = rule.presence != .unknown
        places = rule.places.map { $0.id }
        entries = []
    }

    /// Reads what `numbers` has written; nil: it is another version's, or nobody's.
    public init?(_ numbers: [Int]) {
        guard numbers.count >= 4, numbers[0] == Remembered.version,
            (0...Remembered.generationMax).contains(numbers[1]),
            (0...Rule.placesMax).contains(numbers[3]), numbers.count >= 4 + numbers[3]
        else { return nil }
        generation = numbers[1]
        isKnown = numbers[2] == 1
        places = numbers[4..<4 + numbers[3]].map { UInt64(bitPattern: Int64($0)) }
        entries = []
        var rest = numbers[(4 + numbers[3])...]
        while !rest.isEmpty {
            guard let entry = Entry(rest) else { return nil }
            entries.append(entry)
            rest = rest.dropFirst(Endpoint.numberCount + 3)
        }
    }

    /// The same as numbers.
    public var numbers: [Int] {
        var numbers = [Remembered.version, generation, isKnown ? 1 : 0, places.count]
        numbers += places.map { Int(truncatingIfNeeded: $0) }
        for entry in entries { entry.write(to: &numbers) }
        return numbers
    }

    private static let version = 2
    /// One a release: a million in each second for an hour.
    private static let generationMax = 1 << 32
}

extension Remembered.Entry {
    fileprivate func write(to numbers: inout [Int]) {
        numbers += endpoint.numbers + [state.number ?? 0, due ?? -1, since]
    }

    fileprivate init?(_ numbers: ArraySlice<Int>) {
        let rest = Array(numbers.dropFirst(Endpoint.numberCount))
        guard rest.count >= 3, let endpoint = Endpoint(numbers), let state = State(number: rest[0])
        else { return nil }
        self.init(endpoint, state, due: rest[1] < 0 ? nil : rest[1], since: rest[2])
    }
}

extension Endpoint {
    /// How many numbers one is.
    public static var numberCount: Int { 5 }

    /// The endpoint as numbers.
    public var numbers: [Int] {
        let its = [Int(transport.rawValue), Int(port)]
        switch address {
        case .any: return its + [0, 0, 0]
        case .ipv4(let number): return its + [1, 0, Int(number)]
        case .ipv6(let high, let low):
            return its + [2, Int(truncatingIfNeeded: high), Int(truncatingIfNeeded: low)]
        }
    }

    /// The one that the first numbers are; nil: they are none.
    public init?(_ numbers: ArraySlice<Int>) {
        let its = Array(numbers.prefix(Endpoint.numberCount))
        guard its.count == Endpoint.numberCount, let port = UInt16(exactly: its[1]), port != 0,
            let transport = UInt8(exactly: its[0]).flatMap({ TransportProtocol(rawValue: $0) })
        else { return nil }
        let (high, low) = (UInt64(bitPattern: Int64(its[3])), UInt64(bitPattern: Int64(its[4])))
        switch its[2] {
        case 0: self.init(transport, .any, port: port)
        case 1: self.init(transport, .ipv4(UInt32(truncatingIfNeeded: low)), port: port)
        case 2: self.init(transport, .ipv6(high: high, low: low), port: port)
        case _: return nil
        }
    }
}

extension State {
    /// The state's number, of those that another instance cannot find out by itself; nil: it begins
    /// anew with such an endpoint.
    ///
    /// Which processes had it is not told: the wait for them becomes one for their successors.
    fileprivate var number: Int? {
        switch self {
        case .planned, .binding, .held, .failed, .busy(_, isAsked: false): nil
        case .released(.unknown): 1
        case .released(.besideServing): 2
        case .released(.populated): 3
        case .released(.empty): 4
        case .serving: 5
        case .idle(.owners), .idle(.grace): 6
        case .idle(.populated): 7
        case .idle(.empty): 8
        case .busy(_, isAsked: true): 9
        }
    }

    /// Whether another instance has to be told of it.
    public var isRemembered: Bool { number != nil }

    fileprivate init?(number: Int) {
        switch number {
        case 1: self = .released(.unknown)
        case 2: self = .released(.besideServing)
        case 3: self = .released(.populated)
        case 4: self = .released(.empty)
        case 5: self = .serving
        case 6: self = .idle(.grace)
        case 7: self = .idle(.populated)
        case 8: self = .idle(.empty)
        case 9: self = .busy(attempt: 0, isAsked: true)
        case _: return nil
        }
        assert(self.number == number, "what is read is what was written")
    }

    /// How long it lasts for another instance that was not told when it ends, in milliseconds; nil:
    /// until something happens.
    fileprivate var spanMs: Int? {
        switch self {
        case .released(.unknown), .released(.populated): Span.unusedMs
        case .released(.besideServing): Span.unusedBesideServingMs
        case .released(.empty): Span.unusedEmptyMs
        case .idle(.owners), .idle(.grace): Span.supervisedGraceMs
        case .idle(.empty): Span.idleEmptyMs
        case .busy: Span.retriesMs.last
        case .planned, .binding, .held, .failed, .serving, .idle(.populated): nil
        }
    }
}

/// An endpoint that stands where it stood for another instance.
public struct Recalled: Equatable {
    /// Which one, in the plan.
    public let entry: Int
    /// When it is to be woken, from now on in milliseconds, where that was not told; nil: never.
    public let spanMs: Int?
}

extension Table {
    /// Has an endpoint of a service stand where it stood for another instance; nil where that is
    /// not to be: it is none of its `own`, or stands somewhere already.
    public mutating func recall(
        _ remembered: Remembered.Entry, by service: Int, _ own: EntrySet
    ) -> Recalled? {
        let state = remembered.state
        assert(plan.services.indices.contains(service), "a service of another plan")
        guard let entry = plan.index(of: remembered.endpoint), state.isRemembered,
            states[entry] == .planned, own.contains(entry)
        else { return nil }
        states[entry] = state
        claimants[entry] = Int32(service)
        if state == .serving { servingCounts[service] += 1 }
        return Recalled(entry: entry, spanMs: state.spanMs)
    }

    /// Gives a service the X that it had for another instance.
    public mutating func recall(_ rule: Rule, of service: Int) {
        assert(plan.services.indices.contains(service), "a service of another plan")
        rules[service] = rule
    }
}

extension Rule {
    /// X as it was for another instance, with those of its places that are still there.
    public init(_ remembered: Remembered, _ places: [Place]) {
        self.init(places, generation: remembered.generation, isKnown: remembered.isKnown)
    }
}
