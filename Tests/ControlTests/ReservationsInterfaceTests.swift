import Control
import Testing
import Text
import Varlink

@Suite("the text of our interface") struct ReservationsInterfaceTests {
    private let text: InterfaceText

    init() throws {
        text = try #require(InterfaceText(reservationsInterface.description.description))
    }

    private let requests: [Request] = [
        .list(nil), .list("cups"), .watch, .release("cups"), .hold("cups"), .reload(dryRun: true),
        .reload(dryRun: false),
    ]

    private func split(_ name: Text) -> (interface: String, member: String) {
        let parts = name.description.split(separator: ".")
        return (parts.dropLast().joined(separator: "."), String(parts.last ?? ""))
    }

    @Test("names the interface as it is called")
    func name() {
        #expect(text.name == reservationsInterface.name.description)
    }

    @Test("has every method that a request calls, with its parameters")
    func methods() throws {
        for call in requests.map(\.call) {
            let (interface, member) = split(call.method)
            let method = try #require(text.methods[member], "\(member)")
            #expect(interface == text.name)
            for parameter in call.parameters {
                let wanted = parameter.value.bool == nil ? "string" : "bool"
                let type = try #require(method.input[parameter.name.description])
                #expect(type == wanted || type == "?" + wanted)
            }
        }
    }

    @Test("has no method that a request does not know")
    func known() {
        for method in text.methods.keys {
            let called = Text(Array("\(text.name).\(method)".utf8))
            do throws(CallError) {
                _ = try Request(Call(called, [], .more))
            } catch {
                #expect(error != CallError(unknownMethod: called), "\(method)")
            }
        }
    }

    @Test("says which parameters may be left out")
    func optional() {
        for (name, method) in text.methods {
            let called = Text(Array("\(text.name).\(name)".utf8))
            let needed = method.input.filter { !$0.value.hasPrefix("?") }.keys.sorted()
            let missing = needed.first.map {
                CallError(invalidParameter: Text(Array($0.utf8)))
            }
            do throws(CallError) {
                _ = try Request(Call(called, [], .more))
                #expect(missing == nil, "\(name)")
            } catch {
                #expect(error == missing, "\(name)")
            }
        }
    }

    @Test("has every error of ours, with its parameters, and no other")
    func errors() throws {
        let errors = [CallError.noSuchService("cups"), .notYours("cups")].map(\.reply)
        for reply in errors {
            let (interface, member) = split(try #require(reply.error))
            #expect(interface == text.name)
            #expect(text.errors[member] == ["service": "string"])
            #expect(reply.parameters == [Member("service", .string("cups"))])
        }
        #expect(text.errors.count == errors.count)
    }

    @Test("has every member and every state of a record")
    func record() throws {
        let record = ReservationRecord(
            service: "cups", transport: "tcp", address: "*", port: 1, last: 2, state: .held,
            since: 0, share: true, permanent: true, reason: "a", file: "b", line: 1)
        let members = try #require(record.json.object)
        let endpoint = try #require(members.value("endpoint")?.object)

        let reservation = try #require(text.types["Reservation"])
        let told = Set(members.map(\.name.description))
        #expect(told == Set(reservation.keys).subtracting(["holder"]))
        #expect(reservation["endpoint"] == "Endpoint")
        #expect(Set(endpoint.map(\.name.description)) == Set((text.types["Endpoint"] ?? [:]).keys))
        let states = ReservationRecord.State.allCases.map(\.text.description)
        #expect(reservation["state"] == states.joined(separator: "|"))
    }

    @Test("has every member and every kind of an incident, and every member of who did it")
    func incident() throws {
        let holder = HolderRecord(pid: 1, command: "a", uid: 0, unit: "b", isKernels: true)
        let record = IncidentRecord(
            kind: .busy, service: "cups",
            endpoint: EndpointRecord(transport: "tcp", address: "*", port: 1), by: holder, at: 0,
            count: 1)
        let members = try #require(record.json.object)
        let by = try #require(members.value("by")?.object)

        let incident = try #require(text.types["Incident"])
        #expect(Set(members.map(\.name.description)) == Set(incident.keys))
        #expect(Set(by.map(\.name.description)) == Set((text.types["Holder"] ?? [:]).keys))
        let kinds = IncidentRecord.Kind.allCases.map(\.text.description)
        #expect(incident["kind"] == kinds.joined(separator: "|"))
    }

    @Test("uses no type that it does not declare")
    func types() {
        let known = Set(text.types.keys).union(["string", "int", "bool", "float", "object"])

        #expect(text.saidTypes.subtracting(known).isEmpty)
    }

    @Test("fits a message")
    func fits() {
        #expect(reservationsInterface.description.bytes.count < MessageLimits.bytesMax / 2)
    }

    @Test(
        "is not read where it is wrong",
        arguments: [
            "", "interface", "interface a.b method", "interface a.b method M",
            "interface a.b x Y ()",
            "interface a.b method M(a string) -> ()", "interface a.b method M(a: string)",
            "interface a.b method M(a: string, a: int) -> ()", "interface a.b error E (a: )",
            "interface a.b error E () error E ()", "interface a.b method m() -> ()",
        ])
    func wrong(text: String) {
        #expect(InterfaceText(text) == nil)
    }
}
