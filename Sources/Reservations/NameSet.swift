/// Names of services, found by a hash of their bytes.
///
/// The library's Set costs the lean program 5 kB for this one type of element.
public struct NameSet {
    private var names: [ServiceName] = []
    /// The number of the last name of each hash; those before it follow by `next`.
    private var heads = [Int32](repeating: -1, count: 16)
    private var next: [Int32] = []

    /// Takes `names`, again and again too.
    public init(_ names: [ServiceName] = []) {
        for name in names { insert(name) }
    }

    /// Whether it is one of them.
    public func contains(_ name: ServiceName) -> Bool {
        var number = heads[place(of: name)]
        while number >= 0 {
            if names[Int(number)] == name { return true }
            number = next[Int(number)]
        }
        return false
    }

    /// Adds a name, which may be there already.
    public mutating func insert(_ name: ServiceName) {
        if contains(name) { return }
        names.append(name)
        next.append(-1)
        if names.count <= heads.count {
            link(names.count - 1)
            return
        }
        heads = Array(repeating: -1, count: heads.count * 2)
        for number in names.indices { link(number) }
    }

    private mutating func link(_ number: Int) {
        let place = place(of: names[number])
        next[number] = heads[place]
        heads[place] = Int32(number)
    }

    private func place(of name: ServiceName) -> Int {
        assert(heads.count & (heads.count - 1) == 0, "a hash is cut to a power of two")
        return Int(hash(name.bytes[...]) & UInt64(heads.count - 1))
    }
}
