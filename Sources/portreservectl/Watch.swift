internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Shows the reservations, then every change as it comes.
struct Watch: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show the reservations, then every change, until interrupted.")

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        var conversation = try Conversation()
        let style = output.style
        var table = Table(columns.headings, hasLegend: output.hasLegend)
        // The widths are known before the first line, and no change makes a state wider.
        for state in ReservationRecord.State.allCases {
            table.widen(for: [Cell(""), Cell(""), Cell("\(state.text)")])
        }
        // Somebody who answers this is there, and what is asked next may have nothing to tell.
        for parameters in try conversation.list() {
            if let row = row(parameters) { table.widen(for: row) }
        }
        var isBegun = false
        do throws(Trouble) {
            try conversation.ask(.watch, waitSeconds: nil) { parameters throws(Trouble) in
                if let line = json(parameters, style) { return try say(line) }
                guard let row = row(parameters) else { return }
                table.widen(for: row)
                let paper = Paper.standardOutput
                if !isBegun, output.hasLegend { try say(table.legend(on: paper)) }
                isBegun = true
                try say(table.line(row, on: paper))
            }
        } catch .noReply(.broken) {
            // It is there no more.
            throw .noReply(.noDaemon)
        }
        return .done
    }
}

/// A word for each service would make every line longer by one that seldom changes.
private let columns = ReservationColumns(hasReasons: true)

/// The row of a reservation or of an incident, nil where parameters tell of neither.
func row(_ parameters: [Member]) -> [Cell]? {
    func time(_ microseconds: Int) -> String {
        "\(Terminal.localTime(microseconds: microseconds))"
    }
    if let record = record(parameters) { return record.row(since: time(record.since), columns) }
    return incident(parameters).map { $0.watchRow(at: time($0.at)) }
}

private func say(_ line: String) throws(Trouble) { try say(Text(Array(line.utf8))) }
