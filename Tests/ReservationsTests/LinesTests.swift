import Testing

@testable import Reservations

@Suite("lines") struct LinesTests {
    /// `1: ipp@1 share@5`: number, then each field with its column.
    private func shown(_ text: [UInt8]) -> [String] {
        Lines(text).map { line in
            let fields = line.fields.map { field in
                " \(String(decoding: text[field], as: UTF8.self))@\(line.column(of: field))"
            }
            return "\(line.number):" + fields.joined()
        }
    }

    @Test(
        "a file is cut into numbered lines, and what stands before a '#' into fields",
        arguments: [
            ("", []),
            ("\n", ["1:"]),
            ("a", ["1: a@1"]),
            ("a\n", ["1: a@1"]),
            ("a\n\nb", ["1: a@1", "2:", "3: b@1"]),
            ("  a\tb \r\n", ["1: a@3 b@5"]),
            ("a\r\nb\r\n", ["1: a@1", "2: b@1"]),
            ("# a b\nc", ["1:", "2: c@1"]),
            ("a # b # c\n", ["1: a@1"]),
            ("a#b\n", ["1: a@1"]),
            ("#\n##\n#", ["1:", "2:", "3:"]),
            ("\u{feff}a\n\u{feff}b", ["1: a@1", "2: \u{feff}b@1"]),
            ("\u{feff}", []),
            ("é ü\n", ["1: é@1 ü@4"]),
            ("a\u{b}b\u{a0}c", ["1: a\u{b}b\u{a0}c@1"]),
        ])
    func cutting(text: String, lines: [String]) {
        #expect(shown(bytes(text)) == lines)
    }

    @Test("half a byte order mark is text")
    func halfMark() {
        let fields = Lines([0xef, 0xbb, 0x20, 0x61]).flatMap { $0.fields }

        #expect(fields == [0..<2, 3..<4])
    }

    @Test("a whole line holds its comment and no newline")
    func whole() {
        let lines = Lines(bytes("a # b\n\ncd")).map { $0.whole }

        #expect(lines == [0..<5, 6..<6, 7..<9])
    }
}
