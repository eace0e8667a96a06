/// Which numbers of rules are in use.
///
/// A program that has read an old number in the table may still look at its rule: a number is given
/// out again only when a second has passed, or when `settle` says that no such program runs.
struct RuleNumbers {
    private var settled: [UInt16] = []
    /// In the order in which they were given back.
    private var retired: [(number: UInt16, atMs: Int)] = []
    /// All from here on were never used.
    private var unused: UInt16 = 1

    /// A number for a fresh rule; nil where there is none, or not yet.
    mutating func take(nowMs: Int) -> UInt16? {
        let waiting = retired.count { nowMs < $0.atMs + numberRestMs }
        settleFirst(retired.count - waiting)
        if let number = settled.popLast() { return number }
        if Int(unused) == Layout.rules { return nil }
        unused += 1
        return unused - 1
    }

    /// Takes back a number that the table has no longer.
    mutating func retire(_ number: UInt16, nowMs: Int) {
        assert(number < unused && !settled.contains(number), "a number is given back once")
        retired.append((number, nowMs))
    }

    /// From now on no program looks at the rules of numbers that were given back.
    mutating func settle() { settleFirst(retired.count) }

    private mutating func settleFirst(_ count: Int) {
        for entry in retired.prefix(count) { settled.append(entry.number) }
        retired.removeFirst(count)
    }
}

private let numberRestMs = 1_000
