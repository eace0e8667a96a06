import Control
import Testing
import Text
import Varlink

@Suite("an incident's record") struct IncidentRecordTests {
    private let holder = HolderRecord(
        pid: 812, command: "perl", uid: 65_534, unit: "cron.service", isKernels: false)

    private func record(
        _ kind: IncidentRecord.Kind = .refused, last: Int? = nil, by: HolderRecord? = nil
    ) -> IncidentRecord {
        IncidentRecord(
            kind: kind, service: "cups",
            endpoint: EndpointRecord(transport: "udp", address: "::1", port: 631, last: last),
            by: by, at: 1_700_000_000_000_000, count: 3)
    }

    @Test("has the interface's members, and not those that are nil")
    func members() {
        let front = "{\"kind\":\"refused\",\"service\":\"cups\",\"endpoint\":{\"protocol\":\"udp\","
        let end = "\"at\":1700000000000000,\"count\":3}"
        let place = "\"address\":\"::1\",\"port\":631},"
        let who =
            "\"by\":{\"pid\":812,\"command\":\"perl\",\"uid\":65534,\"unit\":\"cron.service\"},"

        #expect(Text(record().json.bytes) == Text(Array((front + place + end).utf8)))
        #expect(
            Text(record(by: holder).json.bytes) == Text(Array((front + place + who + end).utf8)))
    }

    @Test("is the parameter 'incident' of a reply")
    func parameters() {
        #expect(record().parameters == [Member("incident", record().json)])
    }

    @Test("is read as it was written, of every kind, with a culprit and without")
    func roundTrip() {
        for kind in IncidentRecord.Kind.allCases {
            for last in [nil, 640] {
                for by in [nil, holder] {
                    let record = record(kind, last: last, by: by)
                    #expect(IncidentRecord(record.json) == record)
                }
            }
        }
    }

    @Test("is read with what is new in it, and with null for what is not there")
    func extended() {
        let more = (record().json.object ?? []) + [Member("by", .null), Member("new", .integer(1))]

        #expect(IncidentRecord(.object(more)) == record())
    }

    @Test(
        "is none without a member, or with one of the wrong type",
        arguments: ["kind", "service", "endpoint", "at", "count"] as [Text])
    func wrong(name: Text) {
        let rest = (record().json.object ?? []).filter { $0.name != name }
        for value in [nil, .null, .array([]), .object([]), .bool(true)] as [JSON?] {
            let members = rest + (value.map { [Member(name, $0)] } ?? [])
            #expect(IncidentRecord(.object(members)) == nil, "\(name)")
        }
    }

    @Test("is none of an unknown kind, and no other JSON")
    func other() {
        let rest = (record().json.object ?? []).filter { $0.name != "kind" }
        for value in [
            JSON.null, .string("refused"), .array([record().json]),
            .object(rest + [Member("kind", .string("stolen"))]),
        ] {
            #expect(IncidentRecord(value) == nil)
        }
    }
}
