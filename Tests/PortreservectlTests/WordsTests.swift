import Control
import Foundation
import LinuxIO
import Testing
import Text
import Varlink

@testable import portreservectl

func text(_ string: String) -> Text { Text(Array(string.utf8)) }

@Suite("portreservectl: words")
struct WordsTests {
    @Test(
        "an age is told in its two largest units",
        arguments: [
            (-1, "0s"), (0, "0s"), (59, "59s"), (60, "1min"), (3_599, "59min"), (3_600, "1h 0min"),
            (86_399, "23h 59min"), (86_400, "1d 0h"), (360_000, "4d 4h"),
        ])
    func ages(seconds: Int, told: String) { #expect(age(seconds: seconds) == told) }

    @Test(
        "the name that was meant is found, and a far one is not",
        arguments: [
            ("cpus", "cups"), ("cup", "cups"), ("cupss", "cups"), ("dups", "cups"),
            ("postgersql", "postgresql"), ("ypbnid", "ypbind"), ("slapd", nil), ("c", nil),
            ("", nil), (String(repeating: "c", count: 65), nil),
        ])
    func nearMiss(word: String, meant: String?) {
        #expect(nearest(to: word, among: ["cups", "postgresql", "ypbind"]) == meant)
    }

    @Test("distances are symmetric and those of the textbook")
    func distances() {
        for (one, other, slips) in [("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1)] {
            #expect(distance(Array(one), Array(other)) == slips)
            #expect(distance(Array(other), Array(one)) == slips)
        }
    }

    @Test("JSON is laid out a member a line, and strings stay as they are")
    func prettyJSON() {
        let value = JSON.object([
            Member("a", .array([.integer(1), .bool(true)])), Member("empty", .object([])),
            Member("none", .array([])), Member("text", .string("{\"x\\\": [1,2]}")),
        ])
        #expect(
            value.pretty == """
                {
                    "a": [
                        1,
                        true
                    ],
                    "empty": {},
                    "none": [],
                    "text": "{\\"x\\\\\\": [1,2]}"
                }
                """)
        #expect(JSON.object([]).pretty == "{}")
        #expect(JSON.string("a,b").pretty == "\"a,b\"")
    }

    @Test("every trouble has its exit status and its line")
    func troubles() {
        let noDaemon = Trouble.noReply(.noDaemon)
        #expect(noDaemon.outcome.rawValue == 3)
        #expect(
            noDaemon.text == """
                portreservectl: portreserve is not running: start it with \
                'systemctl start portreserve' or 'portreserve --stay'
                """)
        let unknown = CallError.noSuchService("x\n").reply
        let noService = Trouble(error: unknown.error ?? "", unknown.parameters)
        #expect(noService.outcome.rawValue == 4)
        #expect(noService.text == "portreservectl: 'x\\x0a': no such service")
        #expect(Trouble(error: CallError.notYours("x").reply.error ?? "", []) == .notAllowed)
        #expect(Trouble(error: "a.B", []).text == "portreservectl: portreserve refuses: a.B")
        #expect(Trouble.noReply(.silent).outcome.rawValue == 1)
    }

    @Test(
        "what is said of a daemon that is not as it should be stands in the manual, word for word",
        arguments: [
            Trouble.noReply(.noDaemon), .noReply(.silent), .noReply(.broken), .notAllowed,
            .noSuchService("cups", hint: newFileHint(isGeneratorThere: true)),
        ])
    func inManual(trouble: Trouble) throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../man/portreservectl.8")
        let told = try String(contentsOf: page, encoding: .utf8)
            .replacing(/"\s*\\\n\s*"/, with: " ")

        #expect(told.contains(".It \"\(trouble.text ?? "")\"\n"))
    }

    @Test("a service whose file is new is to be read anew, by systemd too where that has units ask")
    func newFile() {
        let told = [false, true].map { "\(newFileHint(isGeneratorThere: $0))" }

        #expect(told.allSatisfy { $0.contains("'portreservectl reload'") })
        #expect(told.map { $0.contains("'systemctl daemon-reload'") } == [false, true])
    }

    @Test("an output that takes nothing is told, but for a reader who has gone")
    func output() {
        #expect(
            Trouble.noOutput(.accessDenied).text
                == "portreservectl: standard output: Permission denied")
        #expect(Trouble.noOutput(.brokenPipe).text == nil)
        #expect(Trouble.noOutput(.brokenPipe).outcome.rawValue == 1)
        for (flags, told) in [("0100000", true), ("0102001", false), ("02", false)] {
            #expect(isReadOnly(Array("pos:\t0\nflags:\t\(flags)\nmnt_id:\t9\n".utf8)) == told)
        }
        #expect(!isReadOnly([]))
    }

    @Test("a directory is named without the slashes behind it")
    func slashes() {
        for (path, name) in [("a/", "a"), ("/a//", "/a"), ("a/b", "a/b"), ("/", "/"), ("//", "/")] {
            #expect(withoutSlashes(text(path)) == text(name))
        }
    }

    @Test("what came of a change is told in one line")
    func changes() {
        #expect(changeLine("cups", 1, 0, "released") == "cups: 1 port released")
        #expect(changeLine("*", 0, 2, "held") == "*: 0 ports held, 2 are in use")
        let counts = [
            Member("added", .integer(2)), Member("removed", .integer(1)),
            Member("kept", .integer(40)),
        ]
        #expect(reloadLine(counts, isDryRun: false) == "2 ports added, 1 removed, 40 kept")
        #expect(
            reloadLine(counts, isDryRun: true) == "2 ports would be added, 1 removed, 40 kept")
    }

    @Test("of words each stands once, told apart by their bytes")
    func once() {
        let words = ["b", "\u{e9}", "a", "e\u{301}", "b", "a"]
        #expect(eachOnce(words).map { Array($0.utf8) } == words.prefix(4).map { Array($0.utf8) })
    }

    @Test("no file of the configuration is a service by a name that none can have")
    func serviceNames() {
        #expect(isServiceName("cups"))
        for name: Text in ["cups.new", "cups~", "*", "", "a/b"] { #expect(!isServiceName(name)) }
    }
}
