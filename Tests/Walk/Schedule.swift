/// What will happen at some time; where two come at once, in this order.
enum Kind: Int, CaseIterable {
    case freed
    case bound
    case identified
    case ownersGone
    case look
    case removal
    case wake
    case want
    case act
    case leave

    /// Whether it is the daemon that does it, and not the world outside.
    var isDaemons: Bool { rawValue <= Kind.wake.rawValue }

    var count: Int {
        switch self {
        case .freed, .bound, .identified, .ownersGone, .wake, .leave: Size.slots
        case .look, .removal: Size.cgroups
        case .want: Size.services * Size.slots
        case .act: Size.services
        }
    }
}

/// How large the world is.
enum Size {
    static let slots = 24
    static let services = 8
    static let cgroups = 24
}

let never = Int.max

/// The times, in milliseconds, of all that is to come: one of each kind for each thing.
struct Schedule {
    private var times: [Int]
    private let starts: [Int]
    private var stoppedUntil = 0

    init() {
        var starts: [Int] = []
        var count = 0
        for kind in Kind.allCases {
            starts.append(count)
            count += kind.count
        }
        self.starts = starts
        times = Array(repeating: never, count: count)
    }

    subscript(_ kind: Kind, _ index: Int) -> Int {
        get { times[starts[kind.rawValue] + index] }
        set {
            let time = kind.isDaemons ? max(newValue, stoppedUntil) : newValue
            times[starts[kind.rawValue] + index] = time
        }
    }

    /// The daemon does nothing before then.
    mutating func stop(until: Int) {
        stoppedUntil = until
        for index in 0..<starts[Kind.want.rawValue] { times[index] = max(times[index], until) }
    }

    func isStopped(at now: Int) -> Bool { now < stoppedUntil }

    /// The next thing, and its time.
    var next: (kind: Kind, index: Int, time: Int)? {
        var least = never
        let all = times.span
        for index in all.indices { least = min(least, all[index]) }
        guard least != never, let found = times.firstIndex(of: least),
            let kind = Kind.allCases.last(where: { starts[$0.rawValue] <= found })
        else { return nil }
        return (kind, found - starts[kind.rawValue], least)
    }
}
