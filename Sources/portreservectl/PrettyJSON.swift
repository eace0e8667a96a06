internal import Varlink

extension JSON {
    /// The value laid out for a person, a member a line.
    var pretty: String {
        var layout = PrettyLayout()
        for byte in bytes { layout.add(byte) }
        return String(decoding: layout.written, as: UTF8.self)
    }
}

/// Lays out JSON that has no white space but in its strings.
private struct PrettyLayout {
    private(set) var written: [UInt8] = []
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// An opening bracket was the last byte: an empty pair stays together.
    private var isJustOpened = false

    mutating func add(_ byte: UInt8) {
        if isInString {
            written.append(byte)
            isInString = byte != UInt8(ascii: "\"") || isEscaped
            isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
            return
        }
        let isClosing = byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
        if isClosing { depth -= 1 }
        if isJustOpened != isClosing { breakLine() }
        isJustOpened = byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
        if isJustOpened { depth += 1 }
        written.append(byte)
        isInString = byte == UInt8(ascii: "\"")
        if byte == UInt8(ascii: ",") { breakLine() }
        if byte == UInt8(ascii: ":") { written.append(UInt8(ascii: " ")) }
    }

    private mutating func breakLine() {
        written.append(UInt8(ascii: "\n"))
        written += [UInt8](repeating: UInt8(ascii: " "), count: depth * 4)
    }
}
