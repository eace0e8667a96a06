import Testing
import Text

@testable import Varlink

/// RFC 8259, sections 7 and 8.
@Suite("a JSON string") struct JSONStringTests {
    @Test("holds every character from U+0020 on but quote and backslash as it is")
    func plain() throws {
        for byte in UInt8(0x20)..<0x80 where byte != 0x22 && byte != 0x5c {
            #expect(try JSON(reading: [0x22, byte, 0x22]) == .string(Text([byte])))
        }
        for character in [
            "\u{80}", "\u{7ff}", "\u{800}", "\u{d7ff}", "\u{e000}", "\u{ffff}",
            "\u{10000}", "\u{10ffff}", "\u{feff}", "\u{2028}", "e\u{301}",
        ] {
            #expect(try read("\"\(character)\"") == .string(text(character)))
        }
    }

    @Test("holds no control character as it is")
    func rawControl() {
        for byte in UInt8(0)..<0x20 {
            #expect(refusal([0x22, byte, 0x22]) == .syntax)
            #expect(refusal([0x22, 0x61, byte, 0x61, 0x22]) == .syntax)
            #expect(refusal([0x7b, 0x22, byte, 0x22, 0x3a, 0x31, 0x7d]) == .syntax)
        }
    }

    @Test("has eight short escapes and no ninth")
    func escapes() throws {
        let known: [UInt8: UInt8] = [
            0x22: 0x22, 0x5c: 0x5c, 0x2f: 0x2f, 0x62: 0x08, 0x66: 0x0c, 0x6e: 0x0a, 0x72: 0x0d,
            0x74: 0x09,
        ]
        for letter in UInt8.min...UInt8.max where letter != 0x75 {
            let written: [UInt8] = [0x22, 0x61, 0x5c, letter, 0x62, 0x22]
            if let meant = known[letter] {
                #expect(try JSON(reading: written[...]) == .string(Text([0x61, meant, 0x62])))
            } else {
                #expect(refusal(written) == .syntax, "\(letter)")
            }
        }
    }

    @Test("has every character but a surrogate as four hexadecimal digits in either case")
    func fourDigits() throws {
        for number in UInt32(0)...0xffff {
            let digits = String(number, radix: 16)
            let four = String(repeating: "0", count: 4 - digits.count) + digits
            if let scalar = Unicode.Scalar(number) {
                let value = JSON.string(text(String(Character(scalar))))
                #expect(try read("\"\\u\(four)\"") == value)
                #expect(try read("\"\\u\(four.uppercased())\"") == value)
            } else {
                #expect(refusal("\"\\u\(four)\"") == .notUTF8)
            }
        }
    }

    @Test(
        "has a character past U+FFFF as a pair of surrogates",
        arguments: [
            ("d800\\udc00", "\u{10000}"), ("d800\\udfff", "\u{103ff}"),
            ("dbff\\udc00", "\u{10fc00}"), ("dbff\\udfff", "\u{10ffff}"),
            ("d83d\\ude00", "\u{1f600}"), ("D83D\\uDE00", "\u{1f600}"),
        ])
    func pair(digits: String, character: String) throws {
        #expect(try read("\"\\u\(digits)\"") == .string(text(character)))
        #expect(try read("\"a\\u\(digits)a\"") == .string(text("a\(character)a")))
    }

    @Test(
        "has no surrogate without its other half",
        arguments: [
            "d800", "dbff", "dc00", "dfff", "d800\\ud800", "dc00\\udc00", "dc00\\ud800",
            "d800a", "d800\\n", "d800\\u0061", "d800 \\udc00", "d800\\ue000", "d800\\udbff",
            "d800\\ud7ff", "d800\\\\udc00", "DC00\\uD800",
        ])
    func lone(digits: String) {
        #expect(refusal("\"\\u\(digits)\"") == .notUTF8)
    }

    @Test(
        "has no fewer digits, and no others",
        arguments: [
            "\"\\u\"", "\"\\u0\"", "\"\\u00\"", "\"\\u000\"", "\"\\u000g\"", "\"\\ug000\"",
            "\"\\u-001\"", "\"\\u+001\"", "\"\\u 061\"", "\"\\u{61}\"", "\"\\U0061\"",
            "\"\\ud800\\u\"", "\"\\ud800\\udc0\"", "\"\\ud800\\udc0g\"", "\"\\u00", "\"\\u0061",
            "\"\\x61\"", "\"\\0\"", "\"\\", "\"", "\"a", "\"\\\"", "a\"", "\"\"\"",
        ])
    func wrongDigits(text: String) {
        #expect(refusal(text) == .syntax)
    }

    @Test(
        "is strict UTF-8, RFC 3629",
        arguments: [
            [0x80], [0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xc2, 0x61], [0xc2, 0xc2],
            [0xe0, 0x80, 0x80], [0xe0, 0x9f, 0xbf], [0xe1, 0x80], [0xed, 0xa0, 0x80],
            [0xed, 0xbf, 0xbf], [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80], [0xf0, 0x80, 0x80, 0x80],
            [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x90, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
        ] as [[UInt8]])
    func notUTF8(raw: [UInt8]) {
        #expect(refusal([0x22] + raw + [0x22]) == .notUTF8)
        #expect(refusal([0x22, 0x61] + raw + [0x5c, 0x6e, 0x22]) == .notUTF8)
        #expect(refusal([0x7b, 0x22] + raw + [0x22, 0x3a, 0x31, 0x7d]) == .notUTF8)
        #expect(refusal(raw) == .syntax)
    }

    @Test("is not put together from halves of a character around an escape")
    func splitCharacter() {
        #expect(refusal([0x22, 0xc3, 0x5c, 0x6e, 0xa9, 0x22]) == .notUTF8)
    }
}
