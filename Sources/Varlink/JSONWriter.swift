internal import Text

extension JSON {
    /// The value as a message has it: no white space, everything but control characters, quotes
    /// and backslashes as it is; what is not UTF-8 is replaced, so that the message stays JSON.
    public var bytes: [UInt8] {
        var written: [UInt8] = []
        write(to: &written)
        return written
    }

    /// Writes the same behind what is in `bytes`.
    func write(to bytes: inout [UInt8]) { Varlink.write(self, to: &bytes) }
}

/// What is still to be written, the next thing last.
private enum Piece {
    case value(JSON)
    case name(Text)
    case byte(UInt8)
}

/// Writes without recursion, so that no value costs stack.
private func write(_ value: JSON, to bytes: inout [UInt8]) {
    var pieces: [Piece] = []
    // An object of eight members.
    pieces.reserveCapacity(32)
    pieces.append(.value(value))
    while let piece = pieces.popLast() {
        switch piece {
        case .byte(let byte): bytes.append(byte)
        case .name(let name): write(name, to: &bytes)
        case .value(.null): bytes += Word.null.bytes
        case .value(.bool(let truth)): bytes += (truth ? Word.true : Word.false).bytes
        case .value(.integer(let number)): bytes += Text(decimal: number).bytes
        case .value(.string(let text)): write(text, to: &bytes)
        case .value(.array(let elements)):
            bytes.append(UInt8(ascii: "["))
            pieces.append(.byte(UInt8(ascii: "]")))
            for index in elements.indices.reversed() {
                pieces.append(.value(elements[index]))
                if index > 0 { pieces.append(.byte(UInt8(ascii: ","))) }
            }
        case .value(.object(let members)):
            bytes.append(UInt8(ascii: "{"))
            pieces.append(.byte(UInt8(ascii: "}")))
            for index in members.indices.reversed() {
                pieces.append(.value(members[index].value))
                pieces.append(.byte(UInt8(ascii: ":")))
                pieces.append(.name(members[index].name))
                if index > 0 { pieces.append(.byte(UInt8(ascii: ","))) }
            }
        }
    }
}

private func write(_ text: Text, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    // Nearly all text is this; the rest is rare, and dear.
    let isPlain = text.bytes.allSatisfy {
        (0x20..<0x7f).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain {
        bytes += text.bytes
        bytes.append(UInt8(ascii: "\""))
        return
    }
    for byte in text.utf8.bytes {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0a: bytes += Text("\\n").bytes
        case 0x09: bytes += Text("\\t").bytes
        case 0x08: bytes += Text("\\b").bytes
        case 0x0c: bytes += Text("\\f").bytes
        case 0x0d: bytes += Text("\\r").bytes
        case 0..<0x10: bytes += Text("\\u000").bytes + Text(hexadecimal: UInt(byte)).bytes
        case 0x10..<0x20: bytes += Text("\\u00").bytes + Text(hexadecimal: UInt(byte)).bytes
        case _: bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
}

/// Words of JSON: made once, and not for each value.
private enum Word {
    static let null: Text = "null"
    static let `true`: Text = "true"
    static let `false`: Text = "false"
}
