public import Text

/// The address part of an endpoint; numbers in host order.
public enum Address: Hashable, Writable {
    /// Every address of both families.
    case any
    case ipv4(UInt32)
    case ipv6(high: UInt64, low: UInt64)

    /// As it is written in a configuration file; `*` for every address.
    public var text: Text {
        switch self {
        case .any: "*"
        case .ipv4(let number): dotted(number)
        case .ipv6(let high, let low): colonHex(high, low)
        }
    }

    /// Whether it is 0.0.0.0 or ::, which a configuration file writes by leaving the address out.
    public var isWildcard: Bool {
        self == .any || self == .ipv4(0) || self == .ipv6(high: 0, low: 0)
    }

    /// Whether it is of fe80::/10, which means nothing without an interface.
    var isLinkLocal: Bool {
        if case .ipv6(let high, _) = self { high >> 54 == 0xfe80 >> 6 } else { false }
    }

    /// Whether it is an IPv4 address in IPv6 clothes, `::ffff:192.0.2.1`.
    var isMappedIPv4: Bool {
        if case .ipv6(high: 0, let low) = self { low >> 32 == 0xffff } else { false }
    }

    /// Four decimal numbers with dots between them, as inet_pton(3) takes them.
    public init?(ipv4 text: ArraySlice<UInt8>) {
        let parts = parts(of: text, between: UInt8(ascii: "."))
        guard parts.count == 4 else { return nil }
        var number: UInt32 = 0
        for part in parts {
            let hasLeadingZero = part.count > 1 && part.first == UInt8(ascii: "0")
            guard !hasLeadingZero, let octet = decimal(part), octet <= 255 else { return nil }
            number = number << 8 | UInt32(octet)
        }
        self = .ipv4(number)
    }

    /// Groups of four hexadecimal digits, one run of zeros left out, a dotted tail: RFC 4291, 2.2.
    public init?(ipv6 text: ArraySlice<UInt8>) {
        let colon = UInt8(ascii: ":")
        guard let gap = text.indices.first(where: { text[$0...].starts(with: [colon, colon]) })
        else {
            guard let groups = hexGroups(text, end: .dottedToo), groups.count == 8 else {
                return nil
            }
            self = .init(groups)
            return
        }
        guard let head = hexGroups(text[..<gap], end: .hexadecimal),
            let tail = hexGroups(text[(gap + 2)...], end: .dottedToo),
            head.count + tail.count < 8
        else { return nil }
        self = .init(head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private init(_ groups: [UInt16]) {
        assert(groups.count == 8, "an IPv6 address has eight groups")
        func half(_ groups: ArraySlice<UInt16>) -> UInt64 {
            groups.reduce(0) { $0 << 16 | UInt64($1) }
        }
        self = .ipv6(high: half(groups[..<4]), low: half(groups[4...]))
    }
}

/// What the last group may be: only the end of a whole address may be written as IPv4 is.
private enum LastGroup {
    case hexadecimal
    case dottedToo
}

/// The groups between colons; nil where one is none.
private func hexGroups(_ text: ArraySlice<UInt8>, end: LastGroup) -> [UInt16]? {
    if text.isEmpty { return [] }
    let parts = parts(of: text, between: UInt8(ascii: ":"))
    guard parts.count <= 8 else { return nil }
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
        if end == .dottedToo, index == parts.count - 1, case .ipv4(let number) = Address(ipv4: part)
        {
            groups += [
                UInt16(truncatingIfNeeded: number >> 16), UInt16(truncatingIfNeeded: number),
            ]
            continue
        }
        guard let group = hexadecimal(part) else { return nil }
        groups.append(group)
    }
    return groups
}

private func dotted(_ number: UInt32) -> Text {
    "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
}

/// The canonical text of RFC 5952: lower case, the longest run of two or more zeros left out.
private func colonHex(_ high: UInt64, _ low: UInt64) -> Text {
    let groups = (0..<8).map { index in
        UInt16(truncatingIfNeeded: (index < 4 ? high : low) >> UInt64(48 - index % 4 * 16))
    }
    var gap = 0..<0
    var start = 0
    for end in 0...8 where end == 8 || groups[end] != 0 {
        assert(start <= end, "a run of zeros does not end before it begins")
        if end - start > max(gap.count, 1) { gap = start..<end }
        start = end + 1
    }
    func text(_ part: ArraySlice<UInt16>) -> Text {
        part.reduce(Text([])) { text, group in
            (text.isEmpty ? text : text + ":") + Text(hexadecimal: UInt(group))
        }
    }
    if gap.isEmpty { return text(groups[...]) }
    return "\(text(groups[..<gap.lowerBound]))::\(text(groups[gap.upperBound...]))"
}
