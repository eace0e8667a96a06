public import Text

/// Ports as ranges in rising order, none of which meets or touches another.
public struct PortRanges: Equatable {
    /// From the lowest to the highest.
    public let ranges: [ClosedRange<UInt16>]

    /// No port.
    public static var none: PortRanges { PortRanges([]) }

    /// The ports of ranges in any order, which may meet each other.
    public init(_ ranges: [ClosedRange<UInt16>]) {
        var joined: [ClosedRange<UInt16>] = []
        for index in order(of: ranges.map { Int($0.lowerBound) }) {
            let range = ranges[index]
            guard let last = joined.last, Int(range.lowerBound) <= Int(last.upperBound) + 1 else {
                joined.append(range)
                continue
            }
            let end = max(last.upperBound, range.upperBound)
            joined[joined.count - 1] = last.lowerBound...end
        }
        self.ranges = joined
    }

    /// Reads a list as the kernel has it, `10-12,80`; nil for anything else.
    ///
    /// A blank list is none, and so is a last line's end.
    public init?(_ text: ArraySlice<UInt8>) {
        var ranges: [ClosedRange<UInt16>] = []
        let line = text.last == newline ? text.dropLast() : text
        if !line.isEmpty {
            for word in parts(of: line, between: comma) {
                guard let range = portRange(word) else { return nil }
                ranges.append(range)
            }
        }
        self.init(ranges)
    }

    /// Whether there is no port.
    public var isEmpty: Bool { ranges.isEmpty }

    /// The ports of both.
    public func union(_ other: PortRanges) -> PortRanges { PortRanges(ranges + other.ranges) }

    /// The ports that are in both.
    public func intersection(_ other: PortRanges) -> PortRanges {
        var common: [ClosedRange<UInt16>] = []
        var (one, two) = (ranges[...], other.ranges[...])
        while let a = one.first, let b = two.first {
            if a.overlaps(b) { common.append(a.clamped(to: b)) }
            if a.upperBound < b.upperBound { one = one.dropFirst() } else { two = two.dropFirst() }
        }
        return PortRanges(common)
    }

    /// The ports that are not in `other`.
    public func subtracting(_ other: PortRanges) -> PortRanges { intersection(other.complement) }

    /// All ports but these.
    private var complement: PortRanges {
        var gaps: [ClosedRange<UInt16>] = []
        var next = 0
        for range in ranges {
            assert(Int(range.lowerBound) >= next, "ranges in rising order")
            if Int(range.lowerBound) > next { gaps.append(UInt16(next)...(range.lowerBound - 1)) }
            next = Int(range.upperBound) + 1
        }
        if next <= Int(UInt16.max) { gaps.append(UInt16(next)...UInt16.max) }
        return PortRanges(gaps)
    }

    /// The list as the kernel takes it, in pieces of at most `most` bytes; one that is empty where
    /// there is no port.
    public func pieces(most: Int) -> [Text] {
        assert(most > rangeBytesMax, "a range fits a piece")
        var pieces: [Text] = []
        var piece: [UInt8] = []
        for range in ranges {
            if piece.count + rangeBytesMax >= most {
                pieces.append(Text(piece))
                piece = []
            }
            if !piece.isEmpty { piece.append(comma) }
            appendDecimal(Int(range.lowerBound), to: &piece)
            if range.count > 1 {
                piece.append(UInt8(ascii: "-"))
                appendDecimal(Int(range.upperBound), to: &piece)
            }
        }
        return pieces + [Text(piece)]
    }
}

private let comma = UInt8(ascii: ",")
private let newline = UInt8(ascii: "\n")
/// `65534-65535`.
private let rangeBytesMax = 11

/// `80` or `10-12`.
private func portRange(_ word: ArraySlice<UInt8>) -> ClosedRange<UInt16>? {
    let ends = parts(of: word, between: UInt8(ascii: "-"))
    let ports = ends.compactMap { port($0) }
    guard ports.count == ends.count, ports.count <= 2, let first = ports.first,
        let last = ports.last, first <= last
    else { return nil }
    return first...last
}

private func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
    decimal(digits).flatMap { UInt16(exactly: $0) }
}
