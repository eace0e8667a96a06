/// A cgroup whose processes may bind a service's endpoints.
public struct Place: Equatable, Sendable {
    /// The inode of its directory, which the kernel gives to no other while it is up.
    public let id: UInt64
    /// How far it is below the root of all.
    public let level: Int
    /// Whether a process is in it.
    public fileprivate(set) var isPopulated: Bool
    /// Whether it is a unit of the service, and not merely where somebody has bound.
    public var isOwn = true
    /// Sockets that its processes have bound, as far as it is known.
    fileprivate var socketCount = 0
    /// Whether they have bound one since the last release.
    fileprivate var hasServed = false
    /// Whether the last release came from there.
    fileprivate var hasAsked = false

    /// Names a cgroup as it is now.
    public init(id: UInt64, level: Int = 0, isPopulated: Bool) {
        self.id = id
        self.level = level
        self.isPopulated = isPopulated
    }
}

/// X of one service: the cgroups that may bind, and the rule's generation.
///
/// News of what is not among them, or of an older generation, is nobody's.
public struct Rule: Equatable, Sendable {
    /// As many places as a rule of the guard has room for, beside the session of who binds first.
    public static let placesMax = 3

    /// In the order in which they came.
    public private(set) var places: [Place] = []
    /// Grows with each release; a socket that was bound under an older one belongs to that.
    public private(set) var generation = 0
    /// Whether they say who will bind: the last release came from one, or who has bound is in one.
    private var isKnown = false
    /// Whether since the last release a socket was bound in one of them, whose life counts then.
    private var isBound = false

    /// Begins with no place.
    public init() {}

    init(_ places: [Place], generation: Int, isKnown: Bool) {
        self.places = Array(places.prefix(Rule.placesMax))
        self.generation = generation
        self.isKnown = isKnown
    }

    /// What is known of X: one that is populated makes it so.
    public var presence: Presence { isKnown ? population : .unknown }

    /// What has become of the places, whether or not they say who will bind.
    public var population: Presence {
        let living = isBound ? places.filter { $0.hasServed || $0.hasAsked } : places
        if living.contains(where: { $0.isPopulated }) { return .populated }
        return living.isEmpty ? .removed : .empty
    }

    /// Begins a new generation with a release by `place`.
    ///
    /// nil: who asked says nothing of who will bind, and X is unknown unless somebody in it serves.
    /// Else who has bound what was everybody's is let in no longer, unless he serves.
    public mutating func release(by place: Place?, isServing: Bool) {
        generation += 1
        isBound = false
        for index in places.indices {
            places[index].hasServed = false
            places[index].hasAsked = false
        }
        if let place {
            if !isServing { places = places.filter { $0.isOwn } }
            enter(place)
            if let known = places.firstIndex(where: { $0.id == place.id }) {
                places[known].hasAsked = true
            }
        } else if !isServing {
            isKnown = false
        }
    }

    /// Takes in the places of a service that is no more; they say nothing of who binds for this one
    /// unless it is new, and may be that one with another name.
    mutating func takeOver(_ old: Rule, isNew: Bool) {
        let wasKnown = isKnown
        for place in old.places where places.count < Rule.placesMax {
            if !places.contains(where: { $0.id == place.id }) { enter(place) }
        }
        isKnown = wasKnown || isNew && old.isKnown
        if isNew { generation = max(generation, old.generation) }
    }

    /// Lets a cgroup in; where there is no room the oldest goes that has no socket and has not asked,
    /// else the oldest.
    public mutating func enter(_ place: Place) {
        isKnown = true
        if let known = places.firstIndex(where: { $0.id == place.id }) {
            places[known].isPopulated = place.isPopulated
            places[known].isOwn = places[known].isOwn || place.isOwn
            return
        }
        if places.count == Rule.placesMax {
            places.remove(
                at: places.firstIndex { $0.socketCount == 0 && !$0.hasAsked } ?? 0)
        }
        places.append(place)
        assert(places.count <= Rule.placesMax, "a rule has room for no more")
    }

    /// Notes whether a process is in the cgroup; false where it is none of these.
    public mutating func note(_ id: UInt64, isPopulated: Bool) -> Bool {
        guard let known = places.firstIndex(where: { $0.id == id }) else { return false }
        places[known].isPopulated = isPopulated
        return true
    }

    /// Gives up a cgroup that is removed; false where it is none of these.
    public mutating func remove(_ id: UInt64) -> Bool {
        guard let known = places.firstIndex(where: { $0.id == id }) else { return false }
        places.remove(at: known)
        return true
    }

    /// Notes a socket that a process there has bound.
    public mutating func bound(_ id: UInt64) {
        guard let known = places.firstIndex(where: { $0.id == id }) else { return }
        places[known].socketCount += 1
        places[known].hasServed = true
        isBound = true
    }

    /// Notes that somebody has bound whose cgroup says nothing of who he is.
    mutating func boundUnknown() {
        if !places.contains(where: { $0.socketCount > 0 }) { isKnown = false }
    }

    /// Notes that a socket has closed that was bound there; the place is given up with its last
    /// one where a newer place serves.
    public mutating func letGo(_ id: UInt64) {
        guard let known = places.firstIndex(where: { $0.id == id }) else { return }
        places[known].socketCount = max(places[known].socketCount - 1, 0)
        let isNewerServing = places[(known + 1)...].contains { $0.socketCount > 0 }
        if places[known].socketCount == 0, isNewerServing { places.remove(at: known) }
    }
}
