import Seeded
import Testing

@testable import Text

/// Bytes, what a message shows of them, and whether they are UTF-8.
private struct Shown: CustomTestStringConvertible, Sendable {
    let what: String
    let bytes: [UInt8]
    let text: String
    let isValid: Bool

    init(_ what: String, _ bytes: [UInt8], _ text: String, isUTF8: Bool) {
        (self.what, self.bytes, self.text, isValid) = (what, bytes, text, isUTF8)
    }

    var testDescription: String { what }
}

private let table: [Shown] = [
    Shown("nothing", [], "", isUTF8: true),
    Shown("all that ASCII prints", Array(0x20...0x7e), ascii, isUTF8: true),
    Shown("NUL", [0], #"\x00"#, isUTF8: true),
    Shown("escape sequence", [0x1b, 0x5b, 0x33, 0x31, 0x6d], #"\x1b[31m"#, isUTF8: true),
    Shown("newline, tab, return", [0x0a, 0x09, 0x0d], #"\x0a\x09\x0d"#, isUTF8: true),
    Shown("last control, first of the rest", [0x1f, 0x20], #"\x1f "#, isUTF8: true),
    Shown("tilde, delete", [0x7e, 0x7f], #"~\x7f"#, isUTF8: true),
    Shown("first of C1", [0xc2, 0x80], #"\xc2\x80"#, isUTF8: true),
    Shown("CSI of C1", [0xc2, 0x9b], #"\xc2\x9b"#, isUTF8: true),
    Shown("last of C1", [0xc2, 0x9f], #"\xc2\x9f"#, isUTF8: true),
    Shown("no-break space", [0xc2, 0xa0], "\u{a0}", isUTF8: true),
    Shown("two bytes, last", [0xdf, 0xbf], "\u{7ff}", isUTF8: true),
    Shown("three bytes, first", [0xe0, 0xa0, 0x80], "\u{800}", isUTF8: true),
    Shown("before the surrogates", [0xed, 0x9f, 0xbf], "\u{d7ff}", isUTF8: true),
    Shown("behind the surrogates", [0xee, 0x80, 0x80], "\u{e000}", isUTF8: true),
    Shown("three bytes, last", [0xef, 0xbf, 0xbf], "\u{ffff}", isUTF8: true),
    Shown("four bytes, first", [0xf0, 0x90, 0x80, 0x80], "\u{10000}", isUTF8: true),
    Shown("the last of all", [0xf4, 0x8f, 0xbf, 0xbf], "\u{10ffff}", isUTF8: true),
    Shown("overlong NUL", [0xc0, 0x80], #"\xc0\x80"#, isUTF8: false),
    Shown("overlong slash", [0xc1, 0xaf], #"\xc1\xaf"#, isUTF8: false),
    Shown("overlong in three", [0xe0, 0x9f, 0xbf], #"\xe0\x9f\xbf"#, isUTF8: false),
    Shown("overlong in four", [0xf0, 0x8f, 0xbf, 0xbf], #"\xf0\x8f\xbf\xbf"#, isUTF8: false),
    Shown("first surrogate", [0xed, 0xa0, 0x80], #"\xed\xa0\x80"#, isUTF8: false),
    Shown("last surrogate", [0xed, 0xbf, 0xbf], #"\xed\xbf\xbf"#, isUTF8: false),
    Shown("past the last", [0xf4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#, isUTF8: false),
    Shown("a lead that is none", [0xf5, 0x80, 0x80, 0x80], #"\xf5\x80\x80\x80"#, isUTF8: false),
    Shown("0xff", [0xff], #"\xff"#, isUTF8: false),
    Shown("a tail alone", [0x80, 0x41], #"\x80A"#, isUTF8: false),
    Shown("two of three", [0xe2, 0x82], #"\xe2\x82"#, isUTF8: false),
    Shown("three of four", [0xf0, 0x9f, 0x98], #"\xf0\x9f\x98"#, isUTF8: false),
    Shown("one of two, then a letter", [0xc3, 0x41], #"\xc3A"#, isUTF8: false),
    Shown("two of three, then a letter", [0xe2, 0x82, 0x41], #"\xe2\x82A"#, isUTF8: false),
    Shown(
        "two of three, then a whole one", [0xe2, 0x82, 0xc3, 0xa9], #"\xe2\x82é"#, isUTF8: false),
    Shown("a tail too many", [0xc3, 0xa9, 0xa9], #"é\xa9"#, isUTF8: false),
]

private let ascii = String(decoding: UInt8(0x20)...0x7e, as: UTF8.self)

@Suite("printable text") struct PrintableTests {
    @Test("what is no printable UTF-8 is shown as its bytes", arguments: table)
    private func shown(_ row: Shown) {
        #expect(Text.printable(row.bytes[...], most: 200).description == row.text)
        #expect(isUTF8(row.bytes[...]) == row.isValid)
    }

    @Test("a part of a longer text is shown without its surroundings")
    func slices() {
        let bytes: [UInt8] = [0xc3, 0xa9, 0x41, 0xc3, 0xa9]

        #expect(Text.printable(bytes[2...], most: 64).description == "Aé")
        #expect(Text.printable(bytes[..<4], most: 64).description == #"éA\xc3"#)
        #expect(isUTF8(bytes[2...]))
        #expect(!isUTF8(bytes[..<4]))
    }

    @Test(
        "text is cut behind its bound, and says so",
        arguments: [
            (0, 0, ""), (1, 0, "..."), (63, 64, nil), (64, 64, nil), (65, 64, "..."),
            (5000, 64, "..."),
        ] as [(Int, Int, String?)])
    func cut(count: Int, most: Int, end: String?) {
        let text = Text.printable(Array(repeating: 0x61, count: count)[...], most: most)

        let letters = String(repeating: "a", count: min(count, most))
        #expect(text.description == letters + (end ?? ""))
    }

    @Test("a message quotes 64 bytes when nobody says otherwise")
    func bound() {
        let text = Text(Array(repeating: 0x61, count: 65))

        #expect(Text.quotedBytesMax == 64)
        #expect(Text.quoted(text).description == "'" + String(repeating: "a", count: 64) + "...'")
    }

    @Test("text can be made UTF-8, with a mark for each byte that is none", arguments: table)
    private func replaced(_ row: Shown) {
        let text = Text(row.bytes).utf8

        #expect(isUTF8(text.bytes[...]))
        let kept = text.description.filter { $0 != "\u{fffd}" }
        #expect(row.isValid == (text == Text(row.bytes)))
        #expect(row.isValid || kept.utf8.count < row.bytes.count)
    }

    @Test("each byte that is no UTF-8 has its own mark, and what is around it stays")
    func marks() {
        let bytes: [UInt8] = [0x61, 0xff, 0xe2, 0x82, 0xc3, 0xa9, 0]

        #expect(Text(bytes).utf8.description == "a\u{fffd}\u{fffd}\u{fffd}é\0")
    }

    @Test("quotes stand around what is shown")
    func quotes() {
        #expect(Text.quoted("a\u{1b}b").description == #"'a\x1bb'"#)
        #expect(Text.quoted("").description == "''")
    }

    @Test("what a seed makes up is shown without a control character", arguments: UInt64(0)..<50)
    func neverControl(seed: UInt64) {
        var random = Seeded(state: seed)
        for step in 0..<100 {
            let bytes = nearlyUTF8(using: &random)

            let shown = Text.printable(bytes[...], most: 30)

            let text = String(validating: shown.bytes, as: UTF8.self)
            let place: Comment = "step \(step): \(bytes)"
            #expect(text != nil, place)
            #expect(
                text?.unicodeScalars.contains { $0.properties.generalCategory == .control }
                    == false, place)
        }
    }
}

@Suite("what is UTF-8") struct IsUTF8Tests {
    @Test("agrees with the standard library on what a seed makes up", arguments: UInt64(0)..<50)
    func seeded(seed: UInt64) {
        var random = Seeded(state: seed)
        var (valid, invalid) = (0, 0)
        for step in 0..<200 {
            let bytes = nearlyUTF8(using: &random)
            let wanted = String(validating: bytes, as: UTF8.self) != nil

            #expect(isUTF8(bytes[...]) == wanted, "step \(step): \(bytes)")
            if wanted { valid += 1 } else { invalid += 1 }
        }
        #expect(valid > 10 && invalid > 10, "one sided: \(valid), \(invalid)")
    }

    @Test("agrees with the standard library on every pair of bytes")
    func pairs() {
        var wrong: [[UInt8]] = []
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max { check([first, second], &wrong) }
        }
        #expect(wrong.isEmpty)
    }

    @Test("agrees with the standard library on the bounds of three and of four bytes")
    func bounds() {
        let edges: [UInt8] = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
        var wrong: [[UInt8]] = []
        for first in UInt8(0xe0)...0xf8 {
            for second in edges {
                for third in edges {
                    check([first, second, third], &wrong)
                    for fourth in edges { check([first, second, third, fourth], &wrong) }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    private func check(_ bytes: [UInt8], _ wrong: inout [[UInt8]]) {
        let wanted = String(validating: bytes, as: UTF8.self) != nil
        if isUTF8(bytes[...]) != wanted { wrong.append(bytes) }
    }
}

/// Some characters of all lengths, and at times a byte of them changed.
private func nearlyUTF8(using random: inout Seeded) -> [UInt8] {
    let tops: [UInt32] = [0x1f, 0x7f, 0x9f, 0x7ff, 0xffff, 0x10_ffff]
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &random) {
        let top = tops[.random(in: tops.indices, using: &random)]
        guard let scalar = Unicode.Scalar(UInt32.random(in: 0...top, using: &random)) else {
            continue
        }
        text.unicodeScalars.append(scalar)
    }
    var bytes = Array(text.utf8)
    if !bytes.isEmpty, Bool.random(using: &random) {
        bytes[.random(in: bytes.indices, using: &random)] = .random(in: 0...255, using: &random)
    }
    return bytes
}
