import Seeded
import Testing
import Text

@testable import Varlink

@Suite("a reply") struct ReplyTests {
    private func reply(_ text: String) throws(BrokenMessage) -> Reply {
        try Reply(reading: bytes(text)[...])
    }

    @Test(
        "is parameters or an error, and may say that more follow",
        arguments: [
            ("{}", Reply()), ("{\"parameters\":{}}", Reply()), ("{\"parameters\":null}", Reply()),
            ("{\"error\":null,\"continues\":null}", Reply()), ("{\"a.b\":[]}", Reply()),
            ("{\"parameters\":{\"a\":1}}", Reply([Member("a", .integer(1))])),
            ("{\"continues\":true}", Reply(continues: true)), ("{\"continues\":false}", Reply()),
            ("{\"error\":\"a.B\"}", Reply(error: "a.B")),
            (
                "{\"parameters\":{\"c\":\"d\"},\"error\":\"a.B\"}",
                Reply(error: "a.B", [Member("c", .string("d"))])
            ),
        ])
    func read(text: String, wanted: Reply) throws {
        #expect(try reply(text) == wanted)
    }

    @Test(
        "ends the connection where it is none",
        arguments: [
            "", "null", "[]", "1", "\"a\"", "{", "{\"parameters\":[]}", "{\"parameters\":1}",
            "{\"error\":1}", "{\"error\":{}}", "{\"error\":false}", "{\"continues\":1}",
            "{\"continues\":\"true\"}", "{\"parameters\":{},\"parameters\":{}}",
        ])
    func broken(text: String) {
        #expect(throws: BrokenMessage()) { try reply(text) }
    }

    @Test("is read past members that are not known")
    func unknownMembers() throws {
        #expect(
            try reply("{\"new\":1,\"parameters\":{\"a\":true},\"more\":[]}")
                == Reply([Member("a", .bool(true))]))
    }

    @Test("is written with what it has, and a NUL behind it")
    func written() {
        func text(_ reply: Reply) -> String { String(decoding: reply.bytes, as: UTF8.self) }

        #expect(text(Reply()) == "{}\0")
        #expect(
            text(Reply([Member("a", .null)], continues: true))
                == "{\"parameters\":{\"a\":null},\"continues\":true}\0")
        #expect(text(Reply(error: "a.B")) == "{\"error\":\"a.B\"}\0")
    }

    @Test("is read as it was written, for random ones", arguments: UInt64(0)..<100)
    func roundTrip(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let parameters = randomValue(&random, depth: 6).object ?? []
        for reply in [
            Reply(parameters), Reply(parameters, continues: true), Reply(error: "a.B", parameters),
        ] {
            #expect(try Reply(reading: reply.bytes.dropLast()) == reply, "seed \(seed)")
        }
    }
}
