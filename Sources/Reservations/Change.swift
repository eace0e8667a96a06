/// How one plan differs from another, by the indexes of their `entries`.
public struct Change {
    /// An endpoint that both plans have.
    public struct Pair {
        /// Its place in the old plan.
        public let old: Int
        /// Its place in the new plan.
        public let new: Int
    }

    /// New endpoints, in the new plan.
    public private(set) var added: [Int] = []
    /// Endpoints that are gone, in the old plan.
    public private(set) var removed: [Int] = []
    /// What stays.
    public private(set) var kept: [Pair] = []

    /// Compares by endpoint: whose it is, and by which line, may change and be the same hold.
    public init(from old: Plan, to new: Plan) {
        for (index, entry) in new.entries.enumerated() {
            if let known = old.index(of: entry.endpoint) {
                kept.append(Pair(old: known, new: index))
            } else {
                added.append(index)
            }
        }
        removed = old.entries.indices.filter { new.index(of: old.entries[$0].endpoint) == nil }
        assert(kept.count + added.count == new.entries.count, "each is either new or not")
        assert(kept.count + removed.count == old.entries.count, "each either stays or not")
    }
}
