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
        var (replies, records): ([[Member]], [ReservationRecord]) = ([], [])
        let isAll = isEveryService(service)
        if isAll {
            replies = try conversation.list()
            records = standing(replies)
            if records.isEmpty { sayNothing(of: "") }
        }
        let outcome = try forEach(named(service)) { name throws(Trouble) in
            if isAll, records.contains(where: { $0.service == name }) { return .done }
            let told = try conversation.list(name)
            let its = standing(told)
            if its.isEmpty { sayNothing(of: "\(Text.quoted(name)): ") }
            if isAll { return .done }
            replies += told
            records += its
            return .done
        }
        let style = output.style
        let lines = style == .off ? table(records) : replies.compactMap { json($0, style) }
        if !lines.isEmpty { try say(Text(Array(lines.map(\.bytes).joined(separator: [10])))) }
        return records.contains(where: \.isWrong) ? outcome.and(.wrong) : outcome
    }

    private func sayNothing(of whom: Text) {
        if output.style == .off { complain("portreservectl: \(whom)nothing is reserved") }
    }

    private func table(_ records: [ReservationRecord]) -> [Text] {
        let now = wallMicroseconds()
        return statusLines(
            records, now: now, hasLegend: output.hasLegend, on: Paper.standardOutput
        ).map { Text(Array($0.utf8)) }
    }
}

/// Whether these words mean every service.
func isEveryService(_ words: [String]) -> Bool { words.isEmpty || words.contains("*") }

/// The services among the words, each once.
func named(_ words: [String]) -> [String] { eachOnce(words).filter { $0 != "*" } }

/// Words in their order, each once; two that Unicode calls equal are two.
func eachOnce(_ words: [String]) -> [String] {
    words.enumerated().filter { place, word in
        words.firstIndex { $0.utf8.elementsEqual(word.utf8) } == place
    }.map(\.element)
}

/// The table of `records` as lines, none where there is no record; `now` is in microseconds.
///
/// Where nothing is guarded for one reason, that is said once below the table.
func statusLines(
    _ records: [ReservationRecord], now: Int, hasLegend: Bool, on paper: Paper
) -> [String] {
    if records.isEmpty { return [] }
    let common = commonReason(records)
    let records = common == nil ? records : records.map { $0.isWrong ? $0 : $0.withoutReason }
    let columns = ReservationColumns(
        hasGuarded: records.contains(where: \.guarded),
        hasReasons: records.contains { $0.remark != nil })
    let rows = records.map { record in
        record.row(since: age(seconds: (now - record.since) / 1_000_000), columns)
    }
    let lines = lines(rows, columns.headings, hasLegend: hasLegend, on: paper)
    return hasLegend ? lines + (common.map { ["", fit($0)] } ?? []) : lines
}

/// Why none of `records` is guarded, where it is the same for all that have no other trouble.
private func commonReason(_ records: [ReservationRecord]) -> Text? {
    if records.contains(where: \.guarded) { return nil }
    let reasons = Set(records.filter { !$0.isWrong }.map(\.whyUnguarded))
    return reasons.count == 1 ? reasons.first ?? nil : nil
}

/// Rows as a table that fits them all.
func lines(
    _ rows: [[Cell]], _ columns: [Column], hasLegend: Bool, on paper: Paper
) -> [String] {
    var table = Table(columns, hasLegend: hasLegend)
    for row in rows { table.widen(for: row) }
    let legend = hasLegend ? [table.legend(on: paper)] : []
    return legend + rows.map { table.line($0, on: paper) }
}
