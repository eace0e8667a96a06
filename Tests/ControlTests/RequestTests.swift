import Control
import Testing
import Text
import Varlink

private let name: Text = "io.portreserve.Reservations"

@Suite("a request") struct RequestTests {
    private func service(_ value: JSON) -> [Member] { [Member("service", value)] }

    @Test("List is all reservations, or one service's")
    func list() throws {
        let method: Text = "\(name).List"

        #expect(try Request(Call(method, [], .more)) == .list(nil))
        #expect(try Request(Call(method, service(.null), .more)) == .list(nil))
        #expect(try Request(Call(method, service(.string("cups")), .more)) == .list("cups"))
        #expect(try Request(Call(method, service(.string("")), .more)) == .list(""))
    }

    @Test("Watch and Incidents have no parameters")
    func bare() throws {
        for (method, request) in [("Watch", .watch), ("Incidents", .incidents)] as [(Text, Request)]
        {
            #expect(try Request(Call("\(name).\(method)", [], .more)) == request)
            #expect(throws: CallError(invalidParameter: "service")) {
                try Request(Call("\(name).\(method)", service(.string("cups")), .more))
            }
        }
    }

    @Test(
        "List, Watch and Incidents answer more than once",
        arguments: ["List", "Watch", "Incidents"] as [Text])
    func expectsMore(method: Text) {
        for mode in [Call.Mode.once, .oneway] {
            #expect(throws: CallError.expectedMore) {
                try Request(Call("\(name).\(method)", [], mode))
            }
        }
    }

    @Test("Release and Hold name a service, and may be asked in any way")
    func releaseAndHold() throws {
        for mode in [Call.Mode.once, .more, .oneway] {
            for word in ["cups", "*", "", "a b"] as [Text] {
                let parameters = service(.string(word))
                #expect(try Request(Call("\(name).Release", parameters, mode)) == .release(word))
                #expect(try Request(Call("\(name).Hold", parameters, mode)) == .hold(word))
            }
        }
    }

    @Test("a service that is missing or no text is the parameter that is wrong")
    func wrongService() {
        let wrong: [JSON] = [.integer(1), .bool(true), .array([.string("cups")]), .object([])]
        for method in ["Release", "Hold"] as [Text] {
            for parameters in [[], service(.null)] + wrong.map(service) {
                #expect(throws: CallError(invalidParameter: "service")) {
                    try Request(Call("\(name).\(method)", parameters))
                }
            }
        }
        for value in wrong {
            #expect(throws: CallError(invalidParameter: "service")) {
                try Request(Call("\(name).List", service(value), .more))
            }
        }
    }

    @Test("Reload may be a dry run")
    func reload() throws {
        func request(_ members: Member...) throws -> Request {
            try Request(Call("\(name).Reload", members))
        }

        #expect(try request() == .reload(dryRun: false))
        #expect(try request(Member("dryRun", .null)) == .reload(dryRun: false))
        #expect(try request(Member("dryRun", .bool(false))) == .reload(dryRun: false))
        #expect(try request(Member("dryRun", .bool(true))) == .reload(dryRun: true))
        for value in [JSON.string("true"), .integer(1), .array([]), .object([])] {
            #expect(throws: CallError(invalidParameter: "dryRun")) {
                try request(Member("dryRun", value))
            }
        }
    }

    @Test(
        "a parameter that the method does not have is named",
        arguments: ["List", "Watch", "Incidents", "Release", "Hold", "Reload"] as [Text])
    func unknownParameter(method: Text) {
        let needed = ["Release", "Hold"].contains(method) ? service(.string("cups")) : []
        for unknown in ["services", "Service", "", "dryrun", "force"] as [Text] {
            let parameters = needed + [Member(unknown, .bool(true))]
            #expect(throws: CallError(invalidParameter: unknown)) {
                try Request(Call("\(name).\(method)", parameters, .more))
            }
        }
    }

    @Test(
        "an unknown method is named whole",
        arguments: ["", "list", "LIST", "Lis", "List2", "Take", "GetInfo"] as [Text])
    func unknownMethod(method: Text) {
        let whole: Text = "\(name).\(method)"

        #expect(throws: CallError(unknownMethod: whole)) { try Request(Call(whole, [], .more)) }
    }

    @Test("is read from the call that asks for it, and over the wire")
    func roundTrip() throws {
        let requests: [Request] = [
            .list(nil), .list("cups"), .list(""), .watch, .incidents, .release("cups"),
            .release("*"), .hold("cups"), .hold("*"), .reload(dryRun: false), .reload(dryRun: true),
        ]
        for request in requests {
            var machine = ServiceSide()
            machine.take(ClientSide().bytes(of: request.call)[...])
            let call = try #require(try machine.nextCall())

            #expect(call == request.call)
            #expect(try Request(call) == request)
        }
    }
}
