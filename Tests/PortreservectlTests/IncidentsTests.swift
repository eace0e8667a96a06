import Control
import Testing
import Text
import Varlink

@testable import portreservectl

@Suite("portreservectl: incidents") struct IncidentsTests {
    private func record(
        _ kind: IncidentRecord.Kind = .refused, by: HolderRecord? = perl, at: Int = 60,
        count: Int = 1
    ) -> IncidentRecord {
        IncidentRecord(
            kind: kind, service: "cups",
            endpoint: EndpointRecord(transport: "tcp", address: "::1", port: 631), by: by, at: at,
            count: count)
    }

    private func lines(_ records: [IncidentRecord], columns: Int? = nil) -> [String] {
        incidentLines(
            records, hasLegend: true, on: Paper(columns: columns, isColoured: false)
        ) { "2026-11-26 00:00:\($0)" }
    }

    @Test("are a table, the latest last")
    func table() {
        let records = [
            record(at: 59, count: 1_000), record(.busy, by: nil, at: 12), record(at: 30),
        ]
        #expect(
            lines(records) == [
                "LAST                 KIND     COUNT  SERVICE  ENDPOINT       BY",
                "2026-11-26 00:00:12  busy     1      cups     [::1]:631/tcp",
                "2026-11-26 00:00:30  refused  1      cups     [::1]:631/tcp  "
                    + "perl (pid 812, uid 33, cron.service)",
                "2026-11-26 00:00:59  refused  1000   cups     [::1]:631/tcp  "
                    + "perl (pid 812, uid 33, cron.service)",
            ])
    }

    @Test("fit any width", arguments: 1...120)
    func width(columns: Int) {
        #expect(
            lines([record(), record(.busy)], columns: columns).allSatisfy { $0.count <= columns })
    }

    @Test("name who did it in a pid namespace, where the kernel's pids say nothing")
    func withoutPid() {
        let by = HolderRecord(
            pid: nil, command: "perl", uid: 33, unit: "cron.service", isKernels: false)
        #expect(lines([record(by: by)])[1].hasSuffix("perl (uid 33, cron.service)"))
    }

    @Test("that are none are no table")
    func none() {
        #expect(lines([]).isEmpty)
    }

    @Test("are told by watch as a line among the reservations")
    func watch() throws {
        let cells = try #require(row(record().parameters))
        #expect(cells.map(\.text).prefix(3) == ["cups", "[::1]:631/tcp", "refused"])
        #expect(cells.map(\.text).suffix(2) == ["-", "perl (pid 812, uid 33, cron.service)"])
        #expect(cells.count == 6)
    }

    @Test("of odd names do not reach the terminal as they are")
    func odd() {
        let odd = HolderRecord(pid: 1, command: "a\u{1b}[0m", uid: 0, unit: nil, isKernels: false)
        #expect(lines([record(by: odd)])[1].hasSuffix("a\\x1b[0m (pid 1, uid 0)"))
    }
}

private var perl: HolderRecord {
    HolderRecord(pid: 812, command: "perl", uid: 33, unit: "cron.service", isKernels: false)
}
