extension Text {
    /// Bytes of foreign text that one message quotes at most.
    static let quotedBytesMax = 64

    /// Foreign text fit for a message: control characters and what is not UTF-8 as `\xNN`, cut
    /// behind `most` bytes.
    public static func printable(_ text: ArraySlice<UInt8>, most: Int) -> Text {
        var shown = Text([])
        var rest = text.prefix(most)
        while let first = rest.first {
            let plain = rest.prefix { isPrintableASCII($0) }
            let count = max(plain.count, scalarLength(rest))
            if count > 0 {
                shown.append(Text(rest.prefix(count)))
            } else {
                shown.append(first < 0x10 ? "\\x0" : "\\x")
                shown.append(Text(hexadecimal: UInt(first)))
            }
            rest = rest.dropFirst(max(count, 1))
        }
        return text.count > most ? "\(shown)..." : shown
    }

    /// The text with what is not UTF-8 replaced by U+FFFD, a byte each.
    public var utf8: Text {
        if isUTF8(bytes[...]) { return self }
        var whole = Text([])
        var rest = bytes[...]
        while let first = rest.first {
            let count = first < 0x80 ? 1 : sequenceLength(rest)
            whole.append(count > 0 ? Text(rest.prefix(count)) : "\u{fffd}")
            rest = rest.dropFirst(max(count, 1))
        }
        return whole
    }

    /// Foreign text in single quotes, fit for a message.
    public static func quoted(_ text: ArraySlice<UInt8>) -> Text {
        "'\(printable(text, most: quotedBytesMax))'"
    }

    /// Foreign text in single quotes, fit for a message.
    public static func quoted(_ text: Text) -> Text { quoted(text.bytes[...]) }
}

/// Whether all of it is UTF-8, RFC 3629.
public func isUTF8(_ text: ArraySlice<UInt8>) -> Bool {
    var rest = text.drop { $0 < 0x80 }
    while !rest.isEmpty {
        let count = sequenceLength(rest)
        if count == 0 { return false }
        rest = rest.dropFirst(count).drop { $0 < 0x80 }
    }
    return true
}

private func isPrintableASCII(_ byte: UInt8) -> Bool { byte >= 0x20 && byte < 0x7f }

/// The bytes of the printable character that `text` begins with, 0 where it is none.
private func scalarLength(_ text: ArraySlice<UInt8>) -> Int {
    guard let first = text.first else { return 0 }
    if first < 0x80 { return isPrintableASCII(first) ? 1 : 0 }
    // U+0080 to U+009F are control characters too.
    let isControl = first == 0xc2 && text.dropFirst().first.map { $0 < 0xa0 } ?? false
    return isControl ? 0 : sequenceLength(text)
}

/// The bytes of the well-formed sequence of several bytes that `text` begins with, 0 where it is
/// none.
///
/// The second byte's bounds keep out overlong forms, surrogates and what is past U+10FFFF.
private func sequenceLength(_ text: ArraySlice<UInt8>) -> Int {
    guard let first = text.first, let second = text.dropFirst().first else { return 0 }
    let count: Int
    let bounds: ClosedRange<UInt8>
    switch first {
    case 0xc2...0xdf: (count, bounds) = (2, 0x80...0xbf)
    case 0xe0: (count, bounds) = (3, 0xa0...0xbf)
    case 0xed: (count, bounds) = (3, 0x80...0x9f)
    case 0xe1...0xef: (count, bounds) = (3, 0x80...0xbf)
    case 0xf0: (count, bounds) = (4, 0x90...0xbf)
    case 0xf1...0xf3: (count, bounds) = (4, 0x80...0xbf)
    case 0xf4: (count, bounds) = (4, 0x80...0x8f)
    case _: return 0
    }
    let tail = text.dropFirst(2).prefix(count - 2)
    let isWhole = tail.count == count - 2 && tail.allSatisfy { (0x80...0xbf).contains($0) }
    return bounds.contains(second) && isWhole ? count : 0
}
