import Seeded
import Testing
import Text

@testable import Varlink

/// UAPI.20: what is a call, and what ends the connection.
@Suite("a call") struct CallTests {
    private func call(_ text: String) throws(BrokenMessage) -> Call {
        try Call(reading: bytes(text)[...])
    }

    @Test(
        "is a method, perhaps with parameters and one way to answer",
        arguments: [
            ("{\"method\":\"a.b.C\"}", Call("a.b.C")),
            (" { \"method\" : \"a.b.C\" } ", Call("a.b.C")),
            ("{\"parameters\":{},\"method\":\"a.b.C\"}", Call("a.b.C")),
            ("{\"method\":\"\"}", Call("")),
            (
                "{\"method\":\"a\",\"parameters\":{\"b\":null,\"c\":[1]}}",
                Call("a", [Member("b", .null), Member("c", .array([.integer(1)]))])
            ),
            ("{\"method\":\"a\",\"more\":true}", Call("a", [], .more)),
            ("{\"method\":\"a\",\"oneway\":true}", Call("a", [], .oneway)),
            ("{\"method\":\"a\",\"upgrade\":true}", Call("a", [], .upgrade)),
            (
                "{\"method\":\"a\",\"more\":true,\"oneway\":false,\"upgrade\":null}",
                Call("a", [], .more)
            ),
            (
                "{\"method\":\"a\",\"more\":false,\"oneway\":false,\"upgrade\":false}", Call("a")
            ),
        ])
    func read(text: String, wanted: Call) throws {
        #expect(try call(text) == wanted)
    }

    @Test(
        "has nothing where it has null",
        arguments: ["parameters", "oneway", "more", "upgrade"])
    func null(name: String) throws {
        #expect(try call("{\"method\":\"a\",\"\(name)\":null}") == Call("a"))
    }

    @Test(
        "may have members of a vendor, with a dot in their names, which mean nothing here",
        arguments: [
            "\"a.b\":1", "\".\":null", "\"a.\":{\"b\":[]}", "\".a\":\"x\"", "\"oneway.x\":true",
            "\"io.systemd.method\":\"b\",\"c.d\":false",
        ])
    func vendor(member: String) throws {
        #expect(try call("{\"method\":\"a\",\(member)}") == Call("a"))
        #expect(try call("{\(member),\"method\":\"a\",\"more\":true}") == Call("a", [], .more))
    }

    @Test(
        "ends the connection where it is none",
        arguments: [
            "", " ", "a", "null", "true", "1", "\"a\"", "[]", "[{\"method\":\"a\"}]", "{}",
            "{\"method\":null}", "{\"method\":1}", "{\"method\":[\"a\"]}", "{\"method\":{}}",
            "{\"method\":true}", "{\"parameters\":{}}", "{\"Method\":\"a\"}", "{\"method\":\"a\"",
            "{\"method\":\"a\"}}", "{\"method\":\"a\",}", "{\"method\":\"a\"}{\"method\":\"a\"}",
            "{\"method\":\"a\",\"method\":\"a\"}", "{\"method\":\"a\",\"parameters\":[]}",
            "{\"method\":\"a\",\"parameters\":\"b\"}", "{\"method\":\"a\",\"parameters\":1}",
            "{\"method\":\"a\",\"parameters\":true}", "{\"a.method\":\"a\"}",
            "{\"method\":\"a\",\"parameters\":{\"b\":1.5}}",
            "{\"method\":\"a\",\"parameters\":{\"b\":1,\"b\":2}}",
        ])
    func broken(text: String) {
        #expect(throws: BrokenMessage()) { try call(text) }
    }

    @Test(
        "ends the connection with a member that UAPI.20 does not know",
        arguments: ["a", "", "continues", "error", "Oneway", "MORE", "parameter", "fds", " more"])
    func unknown(name: String) {
        for value in ["1", "true", "{}", "\"b\""] {
            #expect(throws: BrokenMessage()) { try call("{\"method\":\"a\",\"\(name)\":\(value)}") }
        }
    }

    @Test(
        "ends the connection with a flag that is no truth",
        arguments: ["oneway", "more", "upgrade"])
    func flags(name: String) {
        for value in ["0", "1", "\"true\"", "\"\"", "[]", "{}", "[true]"] {
            #expect(throws: BrokenMessage()) { try call("{\"method\":\"a\",\"\(name)\":\(value)}") }
        }
    }

    @Test(
        "ends the connection with more than one way to answer",
        arguments: [
            ["oneway", "more"], ["oneway", "upgrade"], ["more", "upgrade"],
            ["oneway", "more", "upgrade"],
        ])
    func twoModes(names: [String]) {
        for order in [names, names.reversed()] {
            let flags = order.map { ",\"\($0)\":true" }.joined()
            #expect(throws: BrokenMessage()) { try call("{\"method\":\"a\"\(flags)}") }
        }
    }

    @Test("is written with what it has, and a NUL behind it")
    func written() {
        let call = Call("a.B", [Member("c", .string(Text([0])))], .more)

        let wanted = "{\"method\":\"a.B\",\"parameters\":{\"c\":\"\\u0000\"},\"more\":true}\0"
        #expect(String(decoding: call.bytes, as: UTF8.self) == wanted)
        #expect(String(decoding: Call("a").bytes, as: UTF8.self) == "{\"method\":\"a\"}\0")
    }

    @Test("is read as it was written, for random ones", arguments: UInt64(0)..<100)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(state: seed)
        for mode in [Call.Mode.once, .more, .oneway, .upgrade] {
            let parameters = randomValue(&random, depth: 6).object ?? []
            let call = Call("a.b.C", parameters, mode)

            #expect(try Call(reading: call.bytes.dropLast()) == call, "seed \(seed)")
        }
    }
}
