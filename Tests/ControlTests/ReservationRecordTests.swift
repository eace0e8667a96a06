import Control
import Testing
import Text
import Varlink

@Suite("a reservation's record") struct ReservationRecordTests {
    private func record(
        last: Int? = nil, state: ReservationRecord.State = .held, guarded: Bool = false,
        reason: Text? = nil
    ) -> ReservationRecord {
        ReservationRecord(
            service: "cups", transport: "tcp", address: "*", port: 631, last: last, state: state,
            since: 1_700_000_000_000_000, share: false, permanent: true, guarded: guarded,
            reason: reason, file: "/etc/portreserve/cups", line: 3)
    }

    private func json(_ record: ReservationRecord) -> String {
        let reply = Reply([Member("r", record.json)])
        let wire = String(decoding: ServiceWire.bytes(of: reply), as: UTF8.self)
        return String(wire.dropFirst("{\"parameters\":{\"r\":".count).dropLast(3))
    }

    @Test("has the interface's members, and not those that are nil")
    func members() {
        let wanted =
            "{\"service\":\"cups\",\"endpoint\":{\"protocol\":\"tcp\",\"address\":\"*\","
            + "\"port\":631},\"state\":\"held\",\"since\":1700000000000000,\"share\":false,"
            + "\"permanent\":true,\"guarded\":false,\"file\":\"/etc/portreserve/cups\",\"line\":3}"
        #expect(json(record()) == wanted)
        #expect(json(record(last: 640)).contains("\"port\":631,\"last\":640}"))
        #expect(json(record(reason: "why")).contains("\"reason\":\"why\""))
        #expect(json(record(guarded: true)).contains("\"guarded\":true"))
    }

    @Test("is read as it was written, guarded and not")
    func guarded() {
        for guarded in [false, true] {
            #expect(ReservationRecord(record(guarded: guarded).json)?.guarded == guarded)
        }
    }

    @Test("is read as it was written, in every state, with a range and without")
    func roundTrip() {
        for state in ReservationRecord.State.allCases {
            for last in [nil, 632, 65_535] {
                for reason in [nil, "bind: Address already in use", ""] as [Text?] {
                    let record = record(last: last, state: state, reason: reason)
                    #expect(ReservationRecord(record.json) == record)
                }
            }
        }
    }

    @Test("each state has a word of its own")
    func states() {
        let words = ReservationRecord.State.allCases.map(\.text)

        #expect(words == ["held", "released", "serving", "idle", "busy", "failed"])
    }

    @Test("is read with what is new in it, and with null for what is not there")
    func extended() {
        let whole = record().json.object ?? []
        let more = whole + [Member("holder", .null), Member("new", .integer(1))]

        #expect(ReservationRecord(.object(more)) == record())
        #expect(ReservationRecord(.object(whole + [Member("reason", .null)])) == record())
    }

    @Test(
        "is none without a member, or with one of the wrong type",
        arguments: [
            "service", "endpoint", "state", "since", "share", "permanent", "guarded", "file",
            "line",
        ] as [Text])
    func wrong(name: Text) {
        let rest = (record().json.object ?? []).filter { $0.name != name }
        let wrong: [JSON?] = [nil, .null, .array([]), .object([]), wrongScalar(name)]
        for value in wrong {
            let members = rest + (value.map { [Member(name, $0)] } ?? [])
            #expect(ReservationRecord(.object(members)) == nil, "\(name)")
        }
    }

    @Test(
        "is none without a member of its endpoint",
        arguments: ["protocol", "address", "port"] as [Text])
    func wrongEndpoint(name: Text) {
        let whole = record().json.object ?? []
        let endpoint = (whole.value("endpoint")?.object ?? []).filter { $0.name != name }
        for wrong in [endpoint, endpoint + [Member(name, .bool(true))]] {
            let members = whole.filter { $0.name != "endpoint" }
            let value = JSON.object(members + [Member("endpoint", .object(wrong))])
            #expect(ReservationRecord(value) == nil)
        }
    }

    @Test("is none of an unknown state, and no other JSON")
    func other() {
        let rest = (record().json.object ?? []).filter { $0.name != "state" }
        for word in ["", "Held", "stolen"] as [Text] {
            #expect(ReservationRecord(.object(rest + [Member("state", .string(word))])) == nil)
        }
        for value in [JSON.null, .string("held"), .array([record().json]), .object([])] {
            #expect(ReservationRecord(value) == nil)
        }
    }

    /// A number where a text belongs, and a text everywhere else.
    private func wrongScalar(_ name: Text) -> JSON {
        ["service", "state", "file"].contains(name) ? .integer(1) : .string("1")
    }
}

/// What a service sends for a reply.
private enum ServiceWire {
    static func bytes(of reply: Reply) -> [UInt8] {
        var service = ServiceSide()
        service.take(ClientSide().bytes(of: Call("a"))[...])
        guard (try? service.nextCall()) != nil else { return [] }
        service.answer(reply)
        return service.unsent
    }
}
