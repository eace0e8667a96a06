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

/// Writes a value.
///
/// One call is in the other for each container: no reader lets more than
/// MessageLimits.depthMax through, and nothing that is made here has as many.
private func write(_ value: JSON, to bytes: inout [UInt8]) {
    switch value {
    case .null: bytes += words.null.bytes
    case .bool(let truth): bytes += (truth ? words.true : words.false).bytes
    case .integer(let number): appendDecimal(number, to: &bytes)
    case .string(let text): write(text, to: &bytes)
    case .array(let elements):
        bytes.append(UInt8(ascii: "["))
        for index in elements.indices {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(elements[index], to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    case .object(let members):
        bytes.append(UInt8(ascii: "{"))
        for index in members.indices {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(members[index].name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            write(members[index].value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}

private func write(_ text: Text, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    // Nearly all text is plain; the rest is rare, and dear.
    if text.bytes.allSatisfy(isPlain) {
        bytes += text.bytes
        bytes.append(UInt8(ascii: "\""))
        return
    }
    for byte in text.utf8.bytes {
        if let letter = letter(for: byte) {
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(letter)
        } else if byte < 0x20 {
            let zeroes: Text = byte < 0x10 ? "\\u000" : "\\u00"
            bytes += zeroes.bytes + Text(hexadecimal: UInt(byte)).bytes
        } else {
            bytes.append(byte)
        }
    }
    bytes.append(UInt8(ascii: "\""))
}

/// What stands for a byte of a text behind a backslash, where one letter does.
private func letter(for byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
    case 0x08: UInt8(ascii: "b")
    case 0x09: UInt8(ascii: "t")
    case 0x0a: UInt8(ascii: "n")
    case 0x0c: UInt8(ascii: "f")
    case 0x0d: UInt8(ascii: "r")
    case _: nil
    }
}

/// Whether a byte of a text is written as it is, and is no part of a longer character.
private func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
}

/// Words of JSON: made once, and not for each value.
private struct Words {
    let null: Text = "null"
    let `true`: Text = "true"
    let `false`: Text = "false"
}

private let words = Words()
