import Control
import Testing
import Text

@testable import Daemon

private func words(_ words: [String]) -> ArraySlice<Text> {
    words.map { Text(Array($0.utf8)) }[...]
}

/// What a command line asks for, as a table writes it.
private func shown(_ options: Options) -> String {
    var words: [String]
    switch options.purpose {
    case .hold: words = ["hold"]
    case .check(let paths): words = ["check"] + paths.map { $0.description }
    case .giveBack: words = ["give back"]
    case .version: words = ["version"]
    case .help: words = ["help"]
    }
    if options.isForeground { words.append("foreground") }
    if options.isVerbose { words.append("verbose") }
    if options.stays { words.append("stays") }
    if !options.usesGuard { words.append("unguarded") }
    if let directory = options.directory { words.append("in \(directory)") }
    return words.joined(separator: " ")
}

@Suite("the command line of portreserve") struct OptionsTests {
    @Test(
        "means what the man page says",
        arguments: [
            ([], "hold"),
            (["-f"], "hold foreground"),
            (["-d"], "hold foreground verbose"),
            (["-d", "-f"], "hold foreground verbose"),
            (["-f", "-d"], "hold foreground verbose"),
            (["--stay"], "hold stays"),
            (["--no-guard"], "hold unguarded"),
            (["-c", "x"], "hold in x"),
            (["-cx"], "hold in x"),
            (["-c", "x", "-c", "y"], "hold in y"),
            (["-fc", "x", "--stay"], "hold foreground stays in x"),
            (["-n"], "check"),
            (["-n", "a", "b"], "check a b"),
            (["a", "-n", "b"], "check a b"),
            (["-n", "--", "-a"], "check -a"),
            (["-n", "-"], "check -"),
            (["-n", "-c", "x"], "check in x"),
            (["-dn"], "check foreground verbose"),
            (["-V"], "version"), (["--version"], "version"), (["-V", "-n"], "version"),
            (["-n", "-V"], "version"),
            (["-h"], "help"), (["--help"], "help"), (["-n", "-h", "a"], "help"),
            (["--"], "hold"),
        ])
    func meaning(line: [String], meaning: String) throws {
        #expect(shown(try Options(words(line))) == meaning)
    }

    @Test(
        "is wrong where it means nothing, and says which word",
        arguments: [
            (["-x"], "'-x': unknown option"), (["-dx"], "'-x': unknown option"),
            (["--foo"], "'--foo': unknown option"), (["--stay=1"], "'--stay=1': unknown option"),
            (["--no-guards"], "'--no-guards': unknown option"),
            (["-c"], "'-c': a value is missing"), (["-fc"], "'-c': a value is missing"),
            (["x"], "'x': a file is named with '-n' only"),
            (["-f", "x"], "'x': a file is named with '-n' only"),
            (["--", "-x"], "'-x': a file is named with '-n' only"),
            ([""], "'': a file is named with '-n' only"), (["-N"], "'-N': unknown option"),
            (["-\u{1b}[m"], #"'-\x1b': unknown option"#),
        ])
    func usage(line: [String], why: String) {
        #expect(throws: UsageError(Text(Array(why.utf8)))) { try Options(words(line)) }
    }

    @Test("the help begins with the usage, and has every option")
    func help() {
        let help = Options.help.description

        #expect(help.hasPrefix(Options.usage.description + "\n"))
        for option in ["-d", "-f", "--stay", "--no-guard", "-c DIR", "-n", "-V", "-h"] {
            #expect(help.contains("\n  \(option) "), "\(option)")
            #expect(Options.usage.description.contains(option), "\(option)")
        }
    }
}
