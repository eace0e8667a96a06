internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text

/// Shows what the daemon has told the journal.
struct Log: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Show what portreserve has told the journal, since the boot.",
        discussion: """
            Runs journalctl, whose exit status it has. Needs systemd, and no daemon. Who may read \
            the system's journal is told: root, and groups such as adm.
            """)

    @Argument(
        help: "Services to show lines of; all lines when none is given.", completion: .service)
    var service: [String] = []

    @Option(
        name: [.customShort("n", allowingJoined: true), .customLong("lines")],
        help: ArgumentHelp("Show the last lines alone, so many.", valueName: "count"))
    var lines: Int?

    @Flag(name: [.customShort("f"), .customLong("follow")], help: "Go on with lines as they come.")
    var isFollowing = false

    @Option(
        // A time may begin with a minus.
        name: .customLong("since"), parsing: .unconditional,
        help: ArgumentHelp(
            "Begin there instead of at the boot, as in systemd.time(7).", valueName: "time"))
    var since: String?

    @Flag(name: [.customShort("x"), .customLong("catalog")], help: "Explain lines, and the cure.")
    var isExplaining = false

    @Option(
        name: .customLong("json"),
        help: ArgumentHelp(
            "Print all fields as JSON: laid out, or one object a line.", valueName: "style"))
    var json: JSONStyle?

    @Flag(name: .customShort("j"), help: "As --json=pretty on a terminal, --json=short elsewhere.")
    var isJSON = false

    @Flag(name: .customLong("no-pager"), help: "Do not pipe the lines into a pager.")
    var isWithoutPager = false

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("'-n' takes a number of lines.") }
    }

    func perform() throws(Trouble) -> Outcome {
        let names = named(service).map { Text(Array($0.utf8)) }
        try saySlips(names)
        do throws(Errno) {
            let shown = isEveryService(service) ? [] : names
            try ThisProcess.become(command(shown, onTerminal: Terminal.isStandardOutput))
        } catch {
            throw .noJournal(error)
        }
    }

    /// Says which of the names are likely none; one that no service can have ends it, but where
    /// all are shown.
    private func saySlips(_ names: [Text]) throws(Trouble) {
        let known = Set(configuredServices(Places()))
        // What is no service any more may have lines.
        for name in names where !known.contains(name) {
            if isServiceName(name) {
                guard let meant = nearest(to: "\(name)", among: known.map { "\($0)" }) else {
                    continue
                }
                let other = Text.quoted(Text(Array(meant.utf8)))
                complain("portreservectl: \(Text.quoted(name)) has no file. Did you mean \(other)?")
            } else {
                let trouble = Trouble.noSuchService(name, among: known)
                guard isEveryService(service), let text = trouble.text else { throw trouble }
                complain(text)
            }
        }
    }

    /// The words for journalctl.
    func command(_ names: [Text], onTerminal isTerminal: Bool) -> [Text] {
        var words: [Text] = ["journalctl"]
        words.append(since.map { "--since=\(Text(Array($0.utf8)))" } ?? "--boot")
        if let lines { words.append("--lines=\(lines)") }
        if isFollowing { words.append("--follow") }
        if isExplaining { words.append("--catalog") }
        if isWithoutPager { words.append("--no-pager") }
        let ours = isTerminal ? JSONStyle.pretty : .short
        switch json ?? (isJSON ? ours : .off) {
        case .pretty: words.append("--output=json-pretty")
        case .short: words.append("--output=json")
        case .off: break
        }
        // Any user can write lines by this name.
        words += ["SYSLOG_IDENTIFIER=portreserve", "_UID=0"]
        if names.isEmpty { return words + ["+", "UNIT=portreserve.service", "_PID=1"] }
        return words + names.map { "PORTRESERVE_SERVICE=\($0)" }
    }
}
