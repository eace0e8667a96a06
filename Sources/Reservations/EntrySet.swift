/// Some entries of a plan, by index; cheap to ask, whatever their number.
public struct EntrySet {
    private var isMember: [Bool] = []
    /// How many there are.
    public private(set) var count = 0

    /// Takes `entries`, in any order, again and again too.
    public init(_ entries: [Int] = []) {
        for entry in entries { insert(entry) }
    }

    /// Whether there is none.
    public var isEmpty: Bool { count == 0 }

    /// The entries in rising order.
    public var all: [Int] { isMember.indices.filter { isMember[$0] } }

    /// Whether it is one of them.
    public func contains(_ entry: Int) -> Bool { entry < isMember.count && isMember[entry] }

    /// Adds an entry, which may be there already.
    public mutating func insert(_ entry: Int) {
        while isMember.count <= entry { isMember.append(false) }
        if !isMember[entry] { count += 1 }
        isMember[entry] = true
    }
}
