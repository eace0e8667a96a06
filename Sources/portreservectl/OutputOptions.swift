internal import ArgumentParser
internal import LinuxIO
internal import Text
internal import Varlink

/// How JSON is printed.
enum JSONStyle: String, CaseIterable, ExpressibleByArgument {
    case pretty
    case short
    case off
}

/// The options that every verb that prints something has, as systemd's tools have them.
struct OutputOptions: ParsableArguments {
    @Option(
        name: .customLong("json"),
        help: ArgumentHelp(
            "Print what the daemon replied as JSON: laid out, or one object a line.",
            valueName: "style"))
    var json: JSONStyle?

    @Flag(name: .customShort("j"), help: "As --json=pretty on a terminal, --json=short elsewhere.")
    var isJSON = false

    @Flag(name: .customLong("no-legend"), help: "Leave out the line of headings.")
    var isWithoutLegend = false

    @Flag(name: .customLong("no-pager"), help: "Accepted; nothing is piped into a pager.")
    var isWithoutPager = false

    // As ss and ip have it.
    @Flag(name: [.customShort("H"), .customLong("no-header")], help: .hidden)
    var isWithoutHeader = false

    @Flag(name: [.customShort("p"), .customLong("pretty")], help: .hidden)
    var isPretty = false

    /// Whether a table has headings.
    var hasLegend: Bool { !isWithoutLegend && !isWithoutHeader }

    /// How to print JSON, `off` for words and tables.
    func style(isTerminal: Bool) -> JSONStyle {
        if let json { return json }
        if isPretty { return .pretty }
        guard isJSON else { return .off }
        return isTerminal ? .pretty : .short
    }

    /// How to print JSON where standard output leads.
    var style: JSONStyle { style(isTerminal: Terminal.isStandardOutput) }
}

/// A reply's parameters as JSON, nil where words are wanted.
func json(_ parameters: [Member], _ style: JSONStyle) -> Text? {
    switch style {
    case .pretty: Text(Array(JSON.object(parameters).pretty.utf8))
    case .short: Text(JSON.object(parameters).bytes)
    case .off: nil
    }
}

extension Paper {
    /// What standard output is: only a terminal has a width, which COLUMNS tells, or the terminal
    /// itself, or it is 80.
    static var standardOutput: Paper {
        let isTerminal = Terminal.isStandardOutput
        let wished = ThisProcess.environment("COLUMNS").flatMap { decimal($0.bytes[...]) }
        let columns = wished.flatMap { $0 > 0 ? $0 : nil } ?? Terminal.columns ?? 80
        let isPlain = ThisProcess.environment("NO_COLOR").map { !$0.isEmpty } ?? false
        let isDumb = ThisProcess.environment("TERM") == "dumb"
        return Paper(
            columns: isTerminal ? columns : nil, isColoured: isTerminal && !isPlain && !isDumb)
    }
}
