internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Shows the reservations.
struct Status: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the reservations, and where each stands.",
        discussion: "Exits 1 when a port is busy or has failed.",
        aliases: ["list"])

    @Argument(help: "Services to show; all when none is given.", completion: .service)
    var service: [String] = []

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        var conversation = try Conversation()
        var replies: [[Member]] = []
        var outcome = Outcome.done
        if service.isEmpty {
            replies = try conversation.list()
        } else {
            outcome = try forEach(service) { name throws(Trouble) in
                replies += try conversation.list(name)
                return .done
            }
        }
        let records = latest(replies.compactMap { record($0) })
        let style = output.style
        let lines = style == .off ? table(records) : replies.compactMap { json($0, style) }
        if !lines.isEmpty { try say(Text(Array(lines.map(\.bytes).joined(separator: [10])))) }
        if style == .off, records.isEmpty, outcome == .done {
            complain("portreservectl: nothing is reserved")
        }
        return records.contains(where: \.isWrong) ? outcome.and(.wrong) : outcome
    }

    private func table(_ records: [ReservationRecord]) -> [Text] {
        let now = wallMicroseconds()
        return statusLines(
            records, now: now, hasLegend: output.hasLegend, on: Paper.standardOutput
        ).map { Text(Array($0.utf8)) }
    }
}

/// Each reservation once, as it was told last: what changes after it was told is told again.
func latest(_ records: [ReservationRecord]) -> [ReservationRecord] {
    var places: [ReservationKey: Int] = [:]
    var latest: [ReservationRecord] = []
    for record in records {
        let key = ReservationKey(record)
        if let place = places[key] {
            latest[place] = record
        } else {
            places[key] = latest.count
            latest.append(record)
        }
    }
    return latest
}

/// What tells one reservation from another.
private struct ReservationKey: Hashable {
    let service: Text
    let transport: Text
    let address: Text
    let port: Int
    let file: Text
    let line: Int

    init(_ record: ReservationRecord) {
        (service, transport, address) = (record.service, record.transport, record.address)
        (port, file, line) = (record.port, record.file, record.line)
    }
}

/// The table of `records` as lines, none where there is no record; `now` is in microseconds.
func statusLines(
    _ records: [ReservationRecord], now: Int, hasLegend: Bool, on paper: Paper
) -> [String] {
    if records.isEmpty { return [] }
    let hasReasons = records.contains { $0.reason != nil }
    let rows = records.map { record in
        record.row(
            since: age(seconds: (now - record.since) / 1_000_000), hasReasons: hasReasons)
    }
    var table = Table(reservationColumns(hasReasons: hasReasons), hasLegend: hasLegend)
    for row in rows { table.widen(for: row) }
    let legend = hasLegend ? [table.legend(on: paper)] : []
    return legend + rows.map { table.line($0, on: paper) }
}
