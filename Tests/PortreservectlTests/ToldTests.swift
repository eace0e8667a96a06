import Control
import Testing
import Text
import Varlink

@testable import portreservectl

@Suite("portreservectl: a list that begins anew")
struct ToldTests {
    @Test("a reply without a reservation says that nothing is left of what was told")
    func nothing() {
        let before = ["a:1 80", "b:1 631"].map { reply($0) }
        #expect(standing(before + [[]]).isEmpty)
        #expect(standing(before + [[], reply("c:1 20")]).map { row($0) } == ["c:1 20"])
        #expect(standing(before).map { row($0) } == ["a:1 80", "b:1 631"])
        #expect(standing(before + [[]] + before + [[]] + before).count == 2)
    }

    @Test("what a later daemon tells of is passed over, and takes nothing away")
    func later() {
        let odd = [Member("reservation", .object([Member("service", .string("b"))]))]
        #expect(standing([reply("a:1 80"), odd, reply("c:1 20")]).count == 2)
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
