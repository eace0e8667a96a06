import Testing
import Text

@testable import Varlink

/// RFC 8259, section 6, without fractions and exponents, which no message needs.
@Suite("a JSON number") struct JSONNumberTests {
    @Test(
        "is an integer in plain decimal digits that fits 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("1", 1), ("-1", -1), ("9", 9), ("10", 10), ("-10", -10),
            ("1234567890", 1_234_567_890), ("9223372036854775806", Int.max - 1),
            ("9223372036854775807", .max), ("-9223372036854775807", .min + 1),
            ("-9223372036854775808", .min),
        ])
    func integer(text: String, number: Int) throws {
        #expect(try read(text) == .integer(number))
        #expect(try read("[\(text),\(text)]") == .array([.integer(number), .integer(number)]))
        #expect(try read(" \(text) ").integer == number)
    }

    @Test(
        "is refused where it does not fit",
        arguments: [
            "9223372036854775808", "-9223372036854775809", "9223372036854775810",
            "18446744073709551615", "18446744073709551616", "-18446744073709551616",
            "92233720368547758070", "-92233720368547758080",
            "100000000000000000000000000000000000000000",
        ])
    func tooLarge(text: String) {
        #expect(refusal(text) == .number)
        #expect(refusal("{\"a\":\(text)}") == .number)
    }

    @Test(
        "is refused with a fraction or an exponent, whatever its value",
        arguments: [
            "1.5", "1.0", "0.0", "-0.0", "-1.5", "1e0", "1E0", "1e1", "1e+1", "1e-1", "0e0", "10E2",
            "1.5e3", "-1e1", "9223372036854775807.0",
        ])
    func fraction(text: String) {
        #expect(refusal(text) == .number)
        #expect(refusal("[\(text)]") == .number)
    }

    @Test(
        "is nothing else",
        arguments: [
            "-", "+1", "+", "--1", "-+1", "01", "00", "-01", "-00", "007", ".5", "-.5", "1 000",
            "1_000", "0x10", "0b1", "1a", "1-", "1-1", "- 1", "1+1", "\u{661}", "\u{ff11}", "1,5",
            "-a", "e1", "E1",
        ])
    func syntax(text: String) {
        #expect(refusal(text) == .syntax)
        #expect(refusal("{\"a\":\(text)}") == .syntax)
    }
}
