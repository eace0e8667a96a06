import Control
import Testing
import Text
import Varlink

@testable import portreservectl

@Suite("portreservectl: a list that begins anew")
struct ToldTests {
    static let begunAnew = [
        Case("a service that is gone", ["b:1 631", "c:1 20"], ["a:1 80", "c:1 20"]),
        Case("a service that is gone, and was the last", ["b:1 631", "c:1 20"], ["b:1 631"]),
        Case("a range that is whole again", ["a:1 800-804", "a:1 805-809"], ["a:1 800-809"]),
        Case("a range that is split", ["a:1 800-809"], ["a:1 800-804", "a:1 805-809"]),
        Case("the same once more", ["a:1 80", "b:1 631"], ["a:1 80", "b:1 631", "c:1 20"]),
        Case("a line before the others", ["a:1 80", "a:2 81"], ["a:1 79", "a:2 80", "a:3 81"]),
        Case("a file that was wrong", ["a:3 80", "a:1 79"], ["a:1 79", "a:2 80"]),
        Case("behind a name that is not printed", [#"\xff:1 1"#, #"\xff:2 2"#], [#"\xff:1 1"#]),
        Case(
            "the first of them not printed", [#"\x01:1 1"#, "b:1 2", "c:1 3"],
            [#"\x01:1 1"#, "b:1 2"]),
    ]

    @Test("rows of before are left out", arguments: begunAnew)
    func anew(_ it: Case) {
        let rows = standing((it.before + it.after).map { reply($0) }).map { row($0) }
        #expect(rows == it.after)
    }

    @Test(
        "a list in the daemon's order stays whole",
        arguments: [
            ["a:5 80", "a:6 90", "a:1 70", "a:2 71", "b:1 80"], ["z:1 1", #"\xff:1 1"#],
            ["a:1 80", "a:1 80/udp", "b:1 80"], ["a:1 800-804", "a:1 805", "a:1 806-809"],
            ["a:1 65535", "b:1 65535"], ["a", "b", "a\u{e9}"].map { "\($0):1 1" }.sorted(),
        ])
    func whole(list: [String]) { #expect(standing(list.map { reply($0) }).map { row($0) } == list) }

    @Test("a reply without a reservation says that nothing is left of what was told")
    func nothing() {
        let before = ["a:1 80", "b:1 631"].map { reply($0) }
        #expect(standing(before + [[]]).isEmpty)
        #expect(standing(before + [[], reply("c:1 20")]).map { row($0) } == ["c:1 20"])
    }

    @Test("what a later daemon tells of is passed over, and takes nothing away")
    func later() {
        let odd = [Member("reservation", .object([Member("service", .string("b"))]))]
        #expect(standing([reply("a:1 80"), odd, reply("c:1 20")]).count == 2)
    }
}

/// What was told before a reload and after it.
struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let before: [String]
    let after: [String]

    init(_ claim: String, _ before: [String], _ after: [String]) {
        (testDescription, self.before, self.after) = (claim, before, after)
    }
}

/// `service:line port-last/protocol` as a reply.
private func reply(_ row: String) -> [Member] {
    let (words, ports) = (row.split(separator: " "), row.split { " /".contains($0) }[1])
    let name = words[0].split(separator: ":")
    let numbers = ports.split(separator: "-").compactMap { Int($0) }
    let record = ReservationRecord(
        service: text(String(name[0])), transport: row.hasSuffix("/udp") ? "udp" : "tcp",
        address: "*", port: numbers[0], last: numbers.count > 1 ? numbers[1] : nil, state: .held,
        since: 0, share: false, permanent: false, reason: nil, file: "x", line: Int(name[1]) ?? 0)
    return [Member("reservation", record.json)]
}

private func row(_ record: ReservationRecord) -> String {
    let ports = record.last.map { "\(record.port)-\($0)" } ?? "\(record.port)"
    let transport = record.transport == "udp" ? "/udp" : ""
    return "\(record.service):\(record.line) \(ports)\(transport)"
}
