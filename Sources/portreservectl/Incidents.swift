internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Shows who went for a port that was not theirs.
struct Incidents: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show who went for a port that was not theirs, the latest last.",
        discussion: "Who it was is told to root, and to that user.")

    @Argument(help: "Services to show; all when none is given.", completion: .service)
    var service: [String] = []

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        var conversation = try Conversation()
        var replies: [[Member]] = []
        try conversation.ask(.incidents) { parameters in replies.append(parameters) }
        if !isEveryService(service) {
            let names = service.map { Text(Array($0.utf8)) }
            replies.removeAll { reply in
                !(incident(reply).map { names.contains($0.service) } ?? false)
            }
        }
        // What is no service any more may have some, and what never was one is a slip.
        let known = Set(replies.compactMap { incident($0)?.service })
        let outcome = try forEach(named(service)) { name throws(Trouble) in
            if !known.contains(name) { _ = try conversation.list(name) }
            return .done
        }
        let style = output.style
        let incidents = replies.compactMap { incident($0) }
        let lines = style == .off ? table(incidents) : replies.compactMap { json($0, style) }
        if !lines.isEmpty { try say(Text(Array(lines.map(\.bytes).joined(separator: [10])))) }
        if style == .off, incidents.isEmpty, outcome == .done {
            complain("portreservectl: no incidents")
        }
        return outcome
    }

    private func table(_ incidents: [IncidentRecord]) -> [Text] {
        incidentLines(incidents, hasLegend: output.hasLegend, on: Paper.standardOutput) { moment in
            "\(Terminal.localTime(microseconds: moment))"
        }.map { Text(Array($0.utf8)) }
    }
}

/// The table of `incidents` as lines, the latest last, none where there is none; `time` writes
/// microseconds since 1970.
func incidentLines(
    _ incidents: [IncidentRecord], hasLegend: Bool, on paper: Paper, time: (Int) -> String
) -> [String] {
    if incidents.isEmpty { return [] }
    let inOrder = incidents.enumerated().sorted {
        ($0.element.at, $0.offset) < ($1.element.at, $1.offset)
    }
    let rows = inOrder.map { $0.element.row(at: time($0.element.at)) }
    return lines(rows, incidentColumns, hasLegend: hasLegend, on: paper)
}

/// A name may have any length.
private let incidentColumns = [
    Column("LAST"), Column("KIND"), Column("COUNT"), Column("SERVICE", widthMax: 24),
    Column("ENDPOINT"), Column("BY"),
]

extension IncidentRecord {
    fileprivate func row(at moment: String) -> [Cell] {
        [
            Cell(moment), Cell("\(kind.text)", .bad), Cell("\(count)"), Cell(fit(service)),
            Cell(fit(endpoint.text)), Cell(fit(culprit ?? "")),
        ]
    }

    /// The row among reservations: what was done stands where their state does.
    func watchRow(at moment: String) -> [Cell] {
        [
            Cell(fit(service)), Cell(fit(endpoint.text)), Cell("\(kind.text)", .bad), Cell(moment),
            Cell("-"), Cell(fit(culprit ?? "")),
        ]
    }

    /// Who did it, where we may know that: `perl (pid 812, uid 1000, cron.service)`.
    private var culprit: Text? {
        guard let by, let command = by.command else { return nil }
        // The kernel's pids are not told in another pid namespace than its first.
        let facts: [Text] =
            [by.pid.map { "pid \($0)" }, by.uid.map { "uid \($0)" }, by.unit].compactMap { $0 }
        return facts.isEmpty ? command : "\(command) (\(joined(facts)))"
    }
}

private func joined(_ words: [Text]) -> Text {
    Text(Array(words.map(\.bytes).joined(separator: [44, 32])))
}
