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
        // There may be nothing to tell for days.
        var conversation = try Conversation(waitSeconds: 0)
        let style = output.style
        var table = Table(reservationHeadings(hasReasons: true), hasLegend: output.hasLegend)
        if style == .off {
            // The widths are known before the first line, and no change makes a state wider.
            for state in ReservationRecord.State.allCases {
                table.widen(for: [Cell(""), Cell(""), Cell("\(state.text)")])
            }
            try conversation.ask(.list(nil)) { parameters in
                if let row = row(parameters) { table.widen(for: row) }
            }
        }
        var isBegun = false
        do throws(Trouble) {
            try conversation.ask(.watch) { parameters in
                if let line = json(parameters, style) { return answer(line) }
                guard let row = row(parameters) else { return }
                table.widen(for: row)
                let paper = Paper.standardOutput
                if !isBegun, output.hasLegend { say(table.legend(on: paper)) }
                isBegun = true
                say(table.line(row, on: paper))
            }
        } catch .noReply(.broken) {
            // It is there no more.
            throw .noReply(.noDaemon)
        }
        return .done
    }
}

private func row(_ parameters: [Member]) -> [Cell]? {
    let record = parameters.value("reservation").flatMap { ReservationRecord($0) }
    return record.map { record in
        let since = Terminal.localTime(microseconds: record.since)
        return record.row(since: "\(since)", hasReasons: true)
    }
}

private func say(_ line: String) { answer(Text(Array(line.utf8))) }
