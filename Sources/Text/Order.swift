/// The indexes of `keys` in rising order of the keys, those of equal ones as they stand.
///
/// The library's sort would cost the lean programs 3 kB for each type of element, so what is to be
/// sorted has its keys taken out, of as few types as can be.
@inline(never)
public func order<Key: Comparable>(of keys: [Key]) -> [Int] {
    var order = Array(keys.indices)
    var merged = order
    var width = 1
    while width < order.count {
        for start in stride(from: 0, to: order.count, by: 2 * width) {
            let middle = min(start + width, order.count)
            let end = min(middle + width, order.count)
            var (left, right) = (start, middle)
            for place in start..<end {
                let isLeft =
                    right == end || left < middle && keys[order[right]] >= keys[order[left]]
                merged[place] = order[isLeft ? left : right]
                if isLeft { left += 1 } else { right += 1 }
            }
        }
        swap(&order, &merged)
        width *= 2
    }
    return order
}

/// The numbers in rising order, equal ones too.
public func rising(_ numbers: [Int]) -> [Int] { order(of: numbers).map { numbers[$0] } }
