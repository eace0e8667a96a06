import Seeded
import Testing
import Text

@testable import Varlink

@Suite("JSON as it is written") struct JSONWriterTests {
    @Test(
        "has no white space, and members and elements in their order",
        arguments: [
            (JSON.null, "null"), (.bool(true), "true"), (.bool(false), "false"),
            (.integer(0), "0"), (.integer(-1), "-1"), (.integer(.max), "9223372036854775807"),
            (.integer(.min), "-9223372036854775808"), (.string(""), "\"\""),
            (.string("a b"), "\"a b\""), (.array([]), "[]"), (.object([]), "{}"),
            (.array([.integer(1), .null, .array([])]), "[1,null,[]]"),
            (.array([.array([.array([.integer(1)])])]), "[[[1]]]"),
            (.object([Member("b", .integer(1)), Member("a", .object([]))]), "{\"b\":1,\"a\":{}}"),
            (
                .object([Member("", .array([.object([Member("a", .null)])]))]),
                "{\"\":[{\"a\":null}]}"
            ),
            (.object([Member("a\"\n", .bool(true))]), "{\"a\\\"\\n\":true}"),
        ])
    func value(value: JSON, text: String) {
        #expect(String(decoding: value.bytes, as: UTF8.self) == text)
    }

    @Test("escapes quotes, backslashes and control characters, and nothing else")
    func escapes() {
        for byte in UInt8(0)..<0x80 {
            let written = String(decoding: JSON.string(Text([byte])).bytes, as: UTF8.self)
            let digits = String(byte, radix: 16)
            let wanted =
                switch byte {
                case 0x22: "\\\""
                case 0x5c: "\\\\"
                case 0x0a: "\\n"
                case 0x09: "\\t"
                case 0x08: "\\b"
                case 0x0c: "\\f"
                case 0x0d: "\\r"
                case 0..<0x20: "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                case _: String(decoding: [byte], as: UTF8.self)
                }
            #expect(written == "\"\(wanted)\"")
        }
        let plain = "\u{7f}\u{80}\u{e9}\u{2028}\u{ffff}\u{10ffff}/"
        #expect(JSON.string(text(plain)).bytes == bytes("\"\(plain)\""))
    }

    @Test("stays JSON where a text is not UTF-8")
    func notUTF8() throws {
        for byte in UInt8(0x80)...UInt8.max {
            let value = JSON.object([Member(Text([0x61, byte]), .string(Text([byte, 0x62])))])

            let again = try JSON(reading: value.bytes[...])

            #expect(again == .object([Member("a\u{fffd}", .string("\u{fffd}b"))]))
        }
    }

    @Test("is read as the same value, for random ones", arguments: UInt64(0)..<200)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(state: seed)
        for step in 0..<20 {
            let value = randomValue(&random, depth: Int(seed % 8) + 1)

            #expect(try JSON(reading: value.bytes[...]) == value, "seed \(seed), step \(step)")
        }
    }

    @Test("is read as the same value with white space in it", arguments: UInt64(0)..<50)
    func blanks(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let value = randomValue(&random, depth: 4)
        var spaced: [UInt8] = []
        var isText = false
        var isEscaped = false
        for byte in value.bytes {
            let isQuote = byte == UInt8(ascii: "\"") && !isEscaped
            isEscaped = isText && byte == UInt8(ascii: "\\") && !isEscaped
            if isQuote { isText.toggle() }
            spaced.append(byte)
            let isMark = isQuote && !isText || bytes("[]{},:").contains(byte) && !isText
            if isMark { spaced.append(bytes(" \t\n\r").randomElement(using: &random) ?? 0x20) }
        }

        #expect(try JSON(reading: spaced[...]) == value, "seed \(seed)")
    }

    @Test("never traps on mutations of what was right", arguments: UInt64(0)..<100)
    func mutations(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let written = randomValue(&random, depth: 5).bytes
        for step in 0..<50 {
            var wrong = written
            wrong[Int.random(in: wrong.indices, using: &random)] = .random(
                in: 0...255, using: &random)
            guard let value = try? JSON(reading: wrong[...]) else { continue }

            #expect(try JSON(reading: value.bytes[...]) == value, "seed \(seed), step \(step)")
        }
    }
}

/// A value that a message can hold.
func randomValue(_ random: inout Seeded, depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 7 : 4), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2: return .integer(randomInteger(&random))
    case 3: return .string(randomText(&random))
    case 4, 5:
        let names = Set(
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in randomText(&random) })
        return .object(names.sorted().map { Member($0, randomValue(&random, depth: depth - 1)) })
    case _:
        return .array(
            (0..<Int.random(in: 0..<6, using: &random)).map { _ in
                randomValue(&random, depth: depth - 1)
            })
    }
}

private func randomInteger(_ random: inout Seeded) -> Int {
    [
        0, 1, -1, .max, .min, .random(in: -1_000...1_000, using: &random),
        .random(in: .min ... .max, using: &random),
    ].randomElement(using: &random) ?? 0
}

private func randomText(_ random: inout Seeded) -> Text {
    var made = ""
    for _ in 0..<Int.random(in: 0..<8, using: &random) {
        let most: UInt32 = [0x20, 0x7f, 0x7ff, 0xffff, 0x10ffff].randomElement(using: &random) ?? 0
        let scalar = Unicode.Scalar(UInt32.random(in: 0...most, using: &random))
        made.unicodeScalars.append(scalar ?? "\u{fffd}")
    }
    return text(made)
}
