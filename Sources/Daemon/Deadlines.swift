/// When what is to be woken: one moment a key, the earliest first; monotonic milliseconds.
struct Deadlines {
    private struct Item {
        let moment: Int
        let key: Int
    }

    /// A heap; what has been set anew since stands in it too, and is skipped.
    private var heap: [Item] = []
    /// The moment of each key, -1: none.
    private var moments: [Int]

    /// Begins with keys from 0 to `count` - 1, and no moment for any.
    init(count: Int) { moments = Array(repeating: -1, count: count) }

    /// Sets the moment of `key` in place of one before; nil: it has none.
    mutating func set(_ key: Int, _ moment: Int?) {
        assert(moments.indices.contains(key), "a key that was not announced")
        moments[key] = moment ?? -1
        guard let moment else { return }
        // Without this, what is set again and again would stand here as often.
        if heap.count > 2 * moments.count + spareItems { rebuild() } else { push(moment, key) }
    }

    /// When `key` is due, nil: never.
    subscript(key: Int) -> Int? { moments[key] < 0 ? nil : moments[key] }

    /// The earliest moment, nil where there is none.
    var earliest: Int? {
        mutating get {
            dropStale()
            return heap.first?.moment
        }
    }

    /// Takes a key whose moment has come, which has none then; nil where none is due.
    mutating func takeDue(now: Int) -> Int? {
        dropStale()
        guard let first = heap.first, first.moment <= now else { return nil }
        moments[first.key] = -1
        pop()
        return first.key
    }

    private mutating func dropStale() {
        while let first = heap.first, moments[first.key] != first.moment { pop() }
        // Its memory too: it was as large as there are endpoints.
        if heap.isEmpty { heap = [] }
    }

    private mutating func rebuild() {
        heap = []
        for key in moments.indices where moments[key] >= 0 { push(moments[key], key) }
    }

    private mutating func push(_ moment: Int, _ key: Int) {
        heap.append(Item(moment: moment, key: key))
        var child = heap.count - 1
        while child > 0, heap[(child - 1) / 2].moment > heap[child].moment {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while 2 * parent + 1 < heap.count {
            var child = 2 * parent + 1
            if child + 1 < heap.count, heap[child + 1].moment < heap[child].moment { child += 1 }
            if heap[parent].moment <= heap[child].moment { return }
            heap.swapAt(parent, child)
            parent = child
        }
    }
}

/// Items beyond two a key before the heap is built anew.
private let spareItems = 16
