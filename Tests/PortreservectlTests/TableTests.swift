import Control
import Testing
import Text

@testable import portreservectl

@Suite("portreservectl: tables")
struct TableTests {
    @Test("a table fits 40, 80 and 200 columns", arguments: [40, 80, 200])
    func golden(columns: Int) {
        let paper = Paper(columns: columns, isColoured: false)
        let lines = statusLines(records, now: now, hasLegend: true, on: paper)
        #expect(lines.allSatisfy { $0.count <= columns })
        expectGolden(lines.joined(separator: "\n") + "\n", "table-\(columns).txt")
    }

    @Test("colours change no width, and each line ends without one")
    func colours() {
        let plain = Paper(columns: 80, isColoured: false)
        let lines = statusLines(
            records, now: now, hasLegend: true, on: Paper(columns: 80, isColoured: true))
        let stripped = lines.map { $0.replacing(/\u{1b}\[[0-9]+m/, with: "") }
        #expect(stripped == statusLines(records, now: now, hasLegend: true, on: plain))
        #expect(lines.contains { $0.contains("\u{1b}[31mbusy\u{1b}[0m") })
    }

    @Test("without a legend there are rows alone, and no room for headings")
    func noLegend() {
        let lines = statusLines(
            Array(records.prefix(1)), now: now, hasLegend: false,
            on: Paper(columns: 200, isColoured: false))
        #expect(lines == ["cups  631/tcp  held  5s  /etc/portreserve/cups:3"])
    }

    @Test("there is no table of nothing")
    func empty() {
        let paper = Paper(columns: 80, isColoured: false)
        #expect(statusLines([], now: now, hasLegend: true, on: paper).isEmpty)
    }

    @Test("no width makes a line too long, or ends the program", arguments: 1...120)
    func everyWidth(columns: Int) {
        let paper = Paper(columns: columns, isColoured: false)
        let lines = statusLines(records, now: now, hasLegend: true, on: paper)
        #expect(lines.allSatisfy { $0.count <= columns })
    }

    @Test("on paper without a width nothing is cut")
    func unbounded() {
        let name = String(repeating: "x", count: 255)
        let lines = statusLines(
            records + [record(name, "*", 1, state: .busy, reason: name)], now: now, hasLegend: true,
            on: Paper(columns: nil, isColoured: false))
        #expect(lines.allSatisfy { !$0.contains("…") })
        #expect(lines.last?.hasSuffix("/etc/portreserve/\(name):3  \(name)") == true)
    }

    @Test("one very long name is cut, and takes no column away from the others")
    func longName() {
        let long = record(String(repeating: "x", count: 255), "*", 1, state: .held)
        let lines = statusLines(
            [record("cups", "*", 631, state: .held, age: 5), long], now: now, hasLegend: true,
            on: Paper(columns: 80, isColoured: false))
        #expect(
            lines == [
                "SERVICE                   ENDPOINT  STATE  SINCE  FILE",
                "cups                      631/tcp   held   5s     /etc/portreserve/cups:3",
                "xxxxxxxxxxxxxxxxxxxxxxx…  1/tcp     held   0s     /etc/portreserve/xxxxxxxxxxxx…",
            ])
    }

    @Test("whether each is guarded is told where something is")
    func guarded() {
        let lines = statusLines(
            [
                record("cups", "*", 631, state: .held, guarded: true),
                record("docker", "*", 2375, state: .held, reason: "not guarded: unguarded"),
                record("ypbind", "*", 834, state: .busy, guarded: true, reason: "bind: x"),
            ], now: now, hasLegend: true, on: Paper(columns: nil, isColoured: false))
        #expect(
            lines == [
                "SERVICE  ENDPOINT  STATE  GUARDED  SINCE  FILE                       REASON",
                "cups     631/tcp   held   yes      0s     /etc/portreserve/cups:3",
                "docker   2375/tcp  held   no       0s     /etc/portreserve/docker:3  "
                    + "not guarded: unguarded",
                "ypbind   834/tcp   busy   yes      0s     /etc/portreserve/ypbind:3  bind: x",
            ])
    }

    @Test("why nothing is guarded is said once below the table, and not without headings")
    func unguarded() {
        let reason = "not guarded: bpf: Operation not permitted"
        let records = [
            record("cups", "*", 631, state: .held, reason: reason),
            record("ypbind", "*", 834, state: .busy, reason: "bind: x"),
            record("far", "*", 7, state: .serving, reason: reason),
        ]
        let paper = Paper(columns: 50, isColoured: false)
        let table = statusLines(records, now: now, hasLegend: true, on: paper)
        let bare = statusLines(records, now: now, hasLegend: false, on: paper)
        #expect(table.suffix(2) == ["", reason])
        #expect(!(table.dropLast() + bare).contains { $0.contains("guarded") })
        #expect(table.count == 6 && bare.count == 3)
    }

    @Test("a reason is told in its row where the guard is, however few it guards")
    func fewGuarded() {
        let lines = statusLines(
            [
                record("docker", "*", 2375, state: .held, reason: "not guarded: unguarded"),
                record("ypbind", "*", 834, state: .busy, guarded: true, reason: "bind: x"),
            ], now: now, hasLegend: true, on: Paper(columns: nil, isColoured: false))
        #expect(lines.count == 3)
        #expect(lines[1].hasSuffix("  not guarded: unguarded"))
    }

    @Test("reasons that differ are told each in its row")
    func reasons() {
        let lines = statusLines(
            [
                record("cups", "*", 631, state: .held, reason: "not guarded: no cgroup2"),
                record("far", "*", 7, state: .held, reason: "not guarded: unguarded"),
            ], now: now, hasLegend: true, on: Paper(columns: nil, isColoured: false))
        #expect(lines.count == 3)
        #expect(lines[1].hasSuffix("  not guarded: no cgroup2"))
        #expect(lines[2].hasSuffix("  not guarded: unguarded"))
    }

    @Test("control characters of a name do not reach the terminal")
    func controlCharacters() {
        let odd = record("a\u{1b}[31mb", "*", 1, state: .held)
        let line = statusLines(
            [odd], now: now, hasLegend: false, on: Paper(columns: 80, isColoured: false))
        #expect(line.first?.hasPrefix("a\\x1b[31mb  ") == true)
    }
}

private let now = 1_764_101_465_000_000

private var records: [ReservationRecord] {
    [
        record("cups", "*", 631, state: .held, age: 5),
        record("postgresql", "127.0.0.1", 5432, state: .released, age: 754),
        record("postgresql", "::1", 5432, state: .serving, age: 11_100),
        record("nfs-client-windows", "*", 7000, last: 7050, state: .idle, age: 360_000),
        record("ypbind", "*", 834, state: .busy, age: 12, reason: "bind: Address already in use"),
        record("far", "2001:db8::1:2:3:4", 60_000, last: 60_001, state: .failed, reason: "bind: x"),
    ]
}

private func record(
    _ service: String, _ address: String, _ port: Int, last: Int? = nil,
    state: ReservationRecord.State, age: Int = 0, guarded: Bool = false, reason: String? = nil
) -> ReservationRecord {
    ReservationRecord(
        service: text(service), transport: "tcp", address: text(address), port: port, last: last,
        state: state, since: now - age * 1_000_000, share: false, permanent: false,
        guarded: guarded, reason: reason.map { text($0) },
        file: text("/etc/portreserve/\(service)"), line: 3)
}
