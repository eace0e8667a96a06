internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Reads the configuration anew.
struct Reload: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Have the configuration read anew; what stays in it is never let go.",
        discussion: "Exits 1 when the configuration is wrong, or a port is not held. For root.")

    @Flag(name: .customLong("dry-run"), help: "Only say what would come of it.")
    var isDryRun = false

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        var conversation = try Conversation()
        let style = output.style
        var outcome = Outcome.done
        try conversation.ask(.reload(dryRun: isDryRun)) { parameters throws(Trouble) in
            let diagnostics = (parameters.value("diagnostics")?.array ?? []).compactMap(\.string)
            if !diagnostics.isEmpty { outcome = .wrong }
            if let line = json(parameters, style) { return try say(line) }
            for line in diagnostics { complain(Text.printable(line.bytes[...], most: 8_192)) }
            try say(reloadLine(parameters, isDryRun: isDryRun))
        }
        if isDryRun { return outcome }
        let told = standing(try conversation.list())
        let lacking = told.filter { $0.isWrong }.reduce(0) { $0 + $1.portCount }
        if lacking == 0 { return outcome }
        let ports = counted(lacking, "port is", "ports are")
        complain("portreservectl: \(ports) not held, see 'portreservectl status'")
        return .wrong
    }
}

/// `2 ports added, 1 removed, 40 kept`.
func reloadLine(_ parameters: [Member], isDryRun: Bool) -> Text {
    func number(_ name: StaticString) -> Int { parameters.value(name)?.integer ?? 0 }
    let added = counted(number("added"), "port", "ports")
    let (removed, kept) = (number("removed"), number("kept"))
    return isDryRun
        ? "\(added) would be added, \(removed) removed, \(kept) kept"
        : "\(added) added, \(removed) removed, \(kept) kept"
}
