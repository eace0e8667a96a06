import Testing
import Text

@testable import Varlink

/// RFC 8259, production by production.
@Suite("JSON") struct JSONGrammarTests {
    @Test(
        "section 2: a text is one value with white space around it",
        arguments: [
            ("null", JSON.null), (" null", .null), ("null ", .null), ("\tnull", .null),
            ("\nnull\n", .null), ("\rnull\r", .null), (" \t\n\r null \t\n\r ", .null),
            ("0", .integer(0)), ("\"\"", .string("")), ("[]", .array([])), ("{}", .object([])),
        ])
    func whole(text: String, value: JSON) throws {
        #expect(try read(text) == value)
    }

    @Test(
        "section 2: nothing and more than one value are none, and no other blank is white space",
        arguments: [
            "", " ", "\t\n\r", "null null", "null,", ",null", "1 2", "[] []", "{}{}", "\u{b}null",
            "\u{c}null", "null\u{c}", "\u{a0}null", "\u{2028}null", "\u{feff}null", "null\0",
            "\0null", "\0", "null//", "/**/null", "#", "null;",
        ])
    func notWhole(text: String) {
        #expect(refusal(text) == .syntax)
    }

    @Test(
        "section 3: three words, in lower case",
        arguments: [("true", JSON.bool(true)), ("false", .bool(false)), ("null", .null)])
    func word(text: String, value: JSON) throws {
        #expect(try read(text) == value)
        for count in 1..<text.count {
            #expect(refusal(String(text.prefix(count))) == .syntax)
        }
        for wrong in [
            text.uppercased(), text.prefix(1).uppercased() + text.dropFirst(), text + "x",
            text + text, "'\(text)'",
        ] {
            #expect(refusal(wrong) == .syntax)
        }
    }

    @Test(
        "section 3: no other word is a value",
        arguments: [
            "undefined", "NaN", "Infinity", "-Infinity", "nil", "None", "yes", "a", "tru e",
            "nul\0", "t", "f", "n", "trux", "falze", "nulk", "'a'", "`a`",
        ])
    func noWord(text: String) {
        #expect(refusal(text) == .syntax)
    }

    @Test(
        "section 4: an object has names and values, in their order",
        arguments: [
            ("{\"a\":1}", [Member("a", .integer(1))]),
            ("{\"\":null}", [Member("", .null)]),
            ("{\"b\":1,\"a\":2}", [Member("b", .integer(1)), Member("a", .integer(2))]),
            (" { \"a\" : 1 , \"b\" : [ ] } ", [Member("a", .integer(1)), Member("b", .array([]))]),
            ("{\n}", []), ("{\"a\":{}}", [Member("a", .object([]))]),
            ("{\"\\u0061\":true}", [Member("a", .bool(true))]),
            ("{\"a\":\"a\"}", [Member("a", .string("a"))]),
        ])
    func object(text: String, members: [Member]) throws {
        #expect(try read(text) == .object(members))
    }

    @Test(
        "section 4: anything else in braces is no object",
        arguments: [
            "{", "}", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{:1}",
            "{\"a\"1}", "{\"a\" \"b\"}", "{\"a\"::1}", "{\"a\":1 \"b\":2}", "{\"a\":1,,\"b\":2}",
            "{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", "{\"a\":1]", "{\"a\"=1}",
            "{,\"a\":1}", "{\"a\":1;\"b\":2}", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1}}", "{]",
            "{\"a\":1:2}", "{{}}", "{\"a\",\"b\"}",
        ])
    func noObject(text: String) {
        #expect(refusal(text) == .syntax)
    }

    @Test(
        "section 4: a name stands once in an object, however it is written",
        arguments: [
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":2}",
            "{\"\":1,\"\":2}", "{\"a\":null,\"a\":null}", "{\"/\":1,\"\\/\":2}",
            "[{\"b\":{\"a\":1,\"a\":2}}]",
        ])
    func duplicate(text: String) {
        #expect(refusal(text) == .duplicateName)
    }

    @Test("section 4: the same name may stand in another object, and another case is another name")
    func sameName() throws {
        for text in [
            "{\"a\":{\"a\":{\"a\":1}}}", "[{\"a\":1},{\"a\":1}]", "{\"a\":1,\"A\":1}",
            // One letter, and a letter with its accent behind it: other bytes, other names.
            "{\"\u{e9}\":1,\"e\u{301}\":1}",
        ] {
            #expect(refusal(text) == nil, "\(text)")
        }
    }

    @Test(
        "section 5: an array has values, in their order",
        arguments: [
            ("[null]", [JSON.null]), ("[1,2,1]", [.integer(1), .integer(2), .integer(1)]),
            (" [ 1 , [ ] , { } ] ", [.integer(1), .array([]), .object([])]),
            ("[[[]],[]]", [.array([.array([])]), .array([])]), ("[\n]", []),
            ("[true,\"\",0]", [.bool(true), .string(""), .integer(0)]),
        ])
    func array(text: String, elements: [JSON]) throws {
        #expect(try read(text) == .array(elements))
    }

    @Test(
        "section 5: anything else in brackets is no array",
        arguments: [
            "[", "]", "[,]", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1}", "[\"a\":1]",
            "[1;2]", "[[]", "[]]", "[1]]", "(1)", "[}", "[{]}", "[:]",
        ])
    func noArray(text: String) {
        #expect(refusal(text) == .syntax)
    }

    @Test("every beginning of a value is none")
    func beginnings() {
        let whole = bytes(" {\"a\" : [1, -20, \"b\\n\\u00e9\u{e9}\", true, {}], \"c\":null} ")

        for count in 0..<whole.count - 1 {
            #expect(refusal(Array(whole.prefix(count))) != nil, "\(count)")
        }
        #expect(refusal(whole) == nil)
    }
}
