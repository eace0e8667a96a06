import Testing
import Text
import Varlink

@Suite("parameters") struct ParametersTests {
    private func parameters(_ members: Member...) -> Parameters { Parameters(Call("a", members)) }

    @Test("are taken by name, in any order, until none is left")
    func taken() throws {
        var parameters = parameters(Member("b", .bool(false)), Member("a", .string("x")))

        #expect(try parameters.string("a") == "x")
        #expect(try parameters.optionalBool("b") == false)
        #expect(try parameters.optionalString("c") == nil)
        #expect(try parameters.optionalBool("d") == nil)
        try parameters.end()
    }

    @Test("that are null are absent")
    func null() throws {
        var parameters = parameters(Member("a", .null), Member("b", .null))

        #expect(try parameters.optionalString("a") == nil)
        #expect(try parameters.optionalBool("b") == nil)
        try parameters.end()
        #expect(throws: CallError(invalidParameter: "a")) {
            var parameters = Parameters(Call("a", [Member("a", .null)]))
            _ = try parameters.string("a")
        }
    }

    @Test("that have to be there and are not are named")
    func missing() {
        var parameters = parameters(Member("b", .string("a")))

        #expect(throws: CallError(invalidParameter: "a")) { try parameters.string("a") }
    }

    @Test(
        "of the wrong type are named",
        arguments: [
            JSON.bool(true), .integer(1), .array([]), .object([]), .array([.string("x")]),
        ])
    func notText(value: JSON) {
        var parameters = parameters(Member("a", value), Member("b", value))

        #expect(throws: CallError(invalidParameter: "a")) { try parameters.string("a") }
        #expect(throws: CallError(invalidParameter: "b")) { try parameters.optionalString("b") }
    }

    @Test(
        "of the wrong type are named, where a truth is wanted",
        arguments: [JSON.string("true"), .integer(1), .integer(0), .array([]), .object([])])
    func notTruth(value: JSON) {
        var parameters = parameters(Member("a", value))

        #expect(throws: CallError(invalidParameter: "a")) { try parameters.optionalBool("a") }
    }

    @Test("with a name as long as a message are named by the front of it, cut between characters")
    func longName() {
        let front = Text(Array(repeating: UInt8(ascii: "x"), count: 254))

        #expect(CallError(invalidParameter: front + "x") == error(front + "x"))
        #expect(CallError(invalidParameter: front + "xy") == error(front + "x"))
        #expect(CallError(invalidParameter: front + "é") == error(front))
        #expect(CallError(invalidParameter: front + "xé") == error(front + "x"))
    }

    private func error(_ name: Text) -> CallError {
        CallError("org.varlink.service.InvalidParameter", [Member("parameter", .string(name))])
    }

    @Test("that nobody takes are refused, by the name of the first")
    func unknown() throws {
        var parameters = parameters(
            Member("x", .integer(1)), Member("a", .string("b")), Member("y", .integer(2)))
        #expect(throws: CallError(invalidParameter: "x")) { try parameters.end() }
        _ = try parameters.string("a")

        #expect(throws: CallError(invalidParameter: "x")) { try parameters.end() }
    }

    @Test("make an error with the name in it")
    func error() {
        let wanted = Reply(
            error: "org.varlink.service.InvalidParameter", [Member("parameter", .string("a"))])

        #expect(CallError(invalidParameter: "a").reply == wanted)
        #expect(
            CallError.permissionDenied.reply == Reply(error: "org.varlink.service.PermissionDenied")
        )
        #expect(CallError.expectedMore.reply == Reply(error: "org.varlink.service.ExpectedMore"))
    }
}
