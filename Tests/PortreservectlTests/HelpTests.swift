import ArgumentParser
import Foundation
import Testing

@testable import portreservectl

@Suite("portreservectl: help, completion and manual")
struct HelpTests {
    static let verbs: [any ParsableCommand.Type] = [
        Status.self, Check.self, Release.self, Hold.self, Reload.self, Watch.self,
        Incidents.self, Log.self, Version.self,
    ]

    @Test("the help of the whole is as it was read last")
    func wholeHelp() {
        expectGolden(PortReserveControl.helpMessage(columns: 80), "help.txt")
    }

    @Test("each verb's help is as it was read last", arguments: verbs.indices)
    func verbHelp(index: Int) {
        let verb = Self.verbs[index]
        let help = PortReserveControl.helpMessage(for: verb, columns: 80)
        expectGolden(help, "help-\(verb._commandName).txt")
    }

    @Test("the completion scripts that are installed are those of this program")
    func completionScripts() {
        let folder = "../../completions"
        for (shell, name) in [
            (CompletionShell.bash, "portreservectl.bash"), (.zsh, "_portreservectl"),
            (.fish, "portreservectl.fish"),
        ] {
            expectGolden(PortReserveControl.completionScript(for: shell), name, in: folder)
        }
    }

    @Test("the manual names every verb and every long option")
    func manual() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../man/portreservectl.8")
        let manual = try String(contentsOf: page, encoding: .utf8)
        for verb in Self.verbs {
            #expect(manual.contains(".It Cm \(verb._commandName)"), "\(verb)")
            let help = PortReserveControl.helpMessage(for: verb)
            for match in help.matches(of: /--([a-z-]+)/) where match.output.1 != "version" {
                #expect(manual.contains("Fl -\(match.output.1)"), "\(match.output.0)")
            }
        }
    }
}
