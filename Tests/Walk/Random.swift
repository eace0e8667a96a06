import Seeded

/// What happens by chance, the same for one seed on every machine.
struct Random {
    private var seeded: Seeded

    init(seed: UInt64) { seeded = Seeded(state: seed) }

    /// A number under `bound`; of 0, 0.
    mutating func below(_ bound: Int) -> Int {
        bound < 1 ? 0 : Int(seeded.next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Whether something happens that happens so many times in a thousand.
    mutating func chance(_ permille: Int) -> Bool { below(1_000) < permille }
}

/// How often things happen, in a thousand; each seed has its own, or no walk meets a bound.
struct Odds {
    let stays: Bool
    let hasGuard: Bool
    /// Something happens out of turn, against time going on.
    let act: Int
    /// News is lost, and made good later.
    let lost: Int
    /// A closed socket was a client's without SO_REUSEADDR.
    let timeWait: Int
    /// A started service is a unit's, and so its cgroup says who it is.
    let unit: Int
    let supervised: Int
    /// A service binds one endpoint long after another.
    let staggered: Int
    /// A service is slow to start.
    let slow: Int
    /// Of each act, by its place in `Act`.
    let weights: [Int]

    init(_ random: inout Random) {
        stays = !random.chance(100)
        hasGuard = stays && random.chance(500)
        act = 20 + random.below(500)
        lost = random.chance(500) ? random.below(300) : 0
        timeWait = random.below(600)
        unit = random.below(1_001)
        supervised = random.below(1_001)
        staggered = random.below(500)
        slow = random.below(700)
        var weights: [Int] = []
        for act in Act.allCases { weights.append(random.below(act.weightMax + 1)) }
        weights[Act.service.rawValue] += 100
        self.weights = weights
    }
}

/// What may happen out of turn.
enum Act: Int, CaseIterable {
    case service
    case thief
    case release
    case releaseAll
    case hold
    case reload
    case stop
    case jump
    case refusals
    case strangeNews

    /// How often at most; the rare ones undo what others are about to show.
    var weightMax: Int {
        switch self {
        case .service: 400
        case .thief: 300
        case .release: 60
        case .releaseAll, .stop: 10
        case .hold, .reload, .refusals: 20
        case .jump: 3
        case .strangeNews: 30
        }
    }
}
