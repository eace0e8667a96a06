import Testing
import Text
import Varlink

@Suite("a service's description") struct ServiceDescriptionTests {
    private let description = ServiceDescription(
        vendor: "v", product: "p", version: "1", url: "u",
        [Interface("a.b", "interface a.b\n"), Interface("c.d", "interface c.d\n")])

    private func error(_ name: Text, _ member: Text, _ value: Text) -> CallError {
        CallError("org.varlink.service.\(name)", [Member(member, .string(value))])
    }

    @Test("GetInfo tells who the service is, and all interfaces")
    func information() throws {
        let wanted = Reply([
            Member("vendor", .string("v")), Member("product", .string("p")),
            Member("version", .string("1")), Member("url", .string("u")),
            Member(
                "interfaces",
                .array([.string("org.varlink.service"), .string("a.b"), .string("c.d")])),
        ])

        for mode in [Call.Mode.once, .more, .oneway] {
            let call = Call("org.varlink.service.GetInfo", [], mode)
            #expect(try description.answer(call) == wanted)
        }
        #expect(throws: error("InvalidParameter", "parameter", "x")) {
            try description.answer(Call("org.varlink.service.GetInfo", [Member("x", .bool(true))]))
        }
    }

    @Test("GetInterfaceDescription gives the text of an interface", arguments: ["a.b", "c.d"])
    func text(name: String) throws {
        let call = Call(
            "org.varlink.service.GetInterfaceDescription",
            [Member("interface", .string(Text(Array(name.utf8))))])

        let wanted = Text(Array("interface \(name)\n".utf8))
        #expect(try description.answer(call) == Reply([Member("description", .string(wanted))]))
    }

    @Test("GetInterfaceDescription gives org.varlink.service's own text")
    func own() throws {
        let name: Text = "org.varlink.service"
        let call = Call("\(name).GetInterfaceDescription", [Member("interface", .string(name))])

        let reply = try description.answer(call)

        let text = String(describing: reply?.parameters.value("description")?.string ?? "")
        for line in [
            "interface org.varlink.service", "method GetInfo() -> (",
            "method GetInterfaceDescription(interface: string) -> (description: string)",
            "error InterfaceNotFound (interface: string)", "error MethodNotFound (method: string)",
            "error MethodNotImplemented (method: string)",
            "error InvalidParameter (parameter: string)", "error PermissionDenied ()",
            "error ExpectedMore ()",
        ] {
            #expect(text.split(separator: "\n").contains { $0 == line }, "\(line)")
        }
    }

    @Test("GetInterfaceDescription refuses what it is not asked rightly")
    func refused() {
        func answer(_ members: Member...) throws -> Reply? {
            try description.answer(
                Call("org.varlink.service.GetInterfaceDescription", members))
        }

        #expect(throws: error("InterfaceNotFound", "interface", "x.y")) {
            try answer(Member("interface", .string("x.y")))
        }
        #expect(throws: error("InterfaceNotFound", "interface", "a")) {
            try answer(Member("interface", .string("a")))
        }
        #expect(throws: error("InvalidParameter", "parameter", "interface")) { try answer() }
        #expect(throws: error("InvalidParameter", "parameter", "interface")) {
            try answer(Member("interface", .integer(1)))
        }
        #expect(throws: error("InvalidParameter", "parameter", "x")) {
            try answer(Member("interface", .string("a.b")), Member("x", .integer(1)))
        }
    }

    @Test(
        "an unknown interface is named",
        arguments: [
            ("x.y.Z", "x.y"), ("a.B", "a"), ("a.b.c.D", "a.b.c"), ("A.b.C", "A.b"), (".C", ""),
            ("org.varlink.servic.GetInfo", "org.varlink.servic"), ("GetInfo", "GetInfo"), ("", ""),
        ] as [(Text, Text)])
    func unknownInterface(method: Text, interface: Text) {
        #expect(throws: error("InterfaceNotFound", "interface", interface)) {
            try description.answer(Call(method))
        }
    }

    @Test(
        "an unknown method of org.varlink.service is named whole",
        arguments: ["GetInf", "getInfo", "", "GetInfo2"] as [Text])
    func unknownMethod(name: Text) {
        let method: Text = "org.varlink.service.\(name)"

        #expect(throws: error("MethodNotFound", "method", method)) {
            try description.answer(Call(method))
        }
    }

    @Test("a call of another interface is left to who implements it")
    func others() throws {
        for method in ["a.b.C", "a.b.", "c.d.GetInfo"] as [Text] {
            #expect(try description.answer(Call(method)) == nil)
        }
    }

    @Test("no method can be upgraded")
    func upgrade() {
        for method in ["a.b.C", "org.varlink.service.GetInfo"] as [Text] {
            #expect(throws: error("MethodNotImplemented", "method", method)) {
                try description.answer(Call(method, [], .upgrade))
            }
        }
    }
}
