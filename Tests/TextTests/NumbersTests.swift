import Seeded
import Testing
import Text

private func slice(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

@Suite("numbers") struct NumbersTests {
    @Test(
        "a number is written in decimal digits",
        arguments: [0, 1, 9, 10, 99, 100, 65_535, -1, -10, Int.max, Int.min])
    func decimalText(number: Int) {
        #expect(Text(decimal: number).description == String(number))
    }

    @Test(
        "a number is written in hexadecimal digits", arguments: [0, 9, 10, 15, 16, 255, UInt.max])
    func hexadecimalText(number: UInt) {
        #expect(Text(hexadecimal: number).description == String(number, radix: 16))
    }

    @Test("every number that a seed picks reads back", arguments: UInt64(0)..<20)
    func roundTrip(seed: UInt64) {
        var random = Seeded(state: seed)
        for step in 0..<200 {
            let number = Int.random(in: 0...999_999_999, using: &random)

            #expect(decimal(Text(decimal: number).bytes[...]) == number, "step \(step)")
        }
    }

    @Test(
        "digits are read, nine of them at most",
        arguments: [
            ("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999), ("000000001", 1),
            ("0000000001", nil), ("1000000000", nil), ("18446744073709551617", nil), ("", nil),
            ("-1", nil), ("+1", nil), (" 1", nil), ("1 ", nil), ("1a", nil), ("0x1", nil),
            ("/", nil), (":", nil), ("\u{661}", nil),
        ] as [(String, Int?)])
    func reading(text: String, number: Int?) {
        #expect(decimal(slice(text)) == number)
    }

    @Test(
        "digits alone are digits",
        arguments: [
            ("0", true), ("0123456789", true), ("99999999999999999999999", true), ("", false),
            ("1.", false), ("/", false), (":", false), ("-1", false),
        ])
    func digits(text: String, isSo: Bool) {
        #expect(isDigits(slice(text)) == isSo)
    }

    @Test(
        "up to four hexadecimal digits are read",
        arguments: [
            ("0", 0), ("f", 15), ("F", 15), ("00fF", 255), ("ffff", 65_535), ("aBc9", 0xabc9),
            ("", nil), ("10000", nil), ("00000", nil), ("g", nil), ("0x1", nil), ("-1", nil),
            ("/", nil), (":", nil), ("@", nil), ("G", nil), ("`", nil),
        ] as [(String, UInt16?)])
    func hexadecimalReading(text: String, number: UInt16?) {
        #expect(hexadecimal(slice(text)) == number)
    }

    @Test("a part of a longer text is read without its surroundings")
    func slices() {
        let text = slice("x631y")

        #expect(decimal(text[1...3]) == 631)
        #expect(isDigits(text[1...3]))
    }

    @Test(
        "one is counted by its singular, any other number by the plural",
        arguments: [(0, "0 ports"), (1, "1 port"), (2, "2 ports"), (131_070, "131070 ports")])
    func counting(count: Int, text: String) {
        #expect(counted(count, "port", "ports").description == text)
    }
}
