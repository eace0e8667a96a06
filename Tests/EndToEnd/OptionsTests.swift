/// The command line of the daemon: what it answers, and how it refuses.

import Testing

@Suite("the daemon's options")
struct OptionsTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let words: [String]
        let first: String
        var testDescription: String { words.joined(separator: " ") }
    }

    static let wrong = [
        Wrong(words: ["-x"], first: "portreserve: '-x': unknown option"),
        Wrong(words: ["-fx"], first: "portreserve: '-x': unknown option"),
        Wrong(words: ["--sta"], first: "portreserve: '--sta': unknown option"),
        Wrong(words: ["-f", "--stay=1"], first: "portreserve: '--stay=1': unknown option"),
        Wrong(words: ["-c"], first: "portreserve: '-c': "),
        Wrong(words: ["cups"], first: "portreserve: 'cups': "),
    ]

    @Test("a wrong word is named, with one line of usage and 64", arguments: wrong)
    func usage(wrong: Wrong) throws {
        try Room.run { room in
            let asked = try room.start(["portreserve"] + wrong.words)

            #expect(try asked.wait() == 64, room.story)
            #expect(asked.output.isEmpty && asked.errorLines.count == 2, room.story)
            #expect(asked.errorLines.first?.hasPrefix(wrong.first) ?? false, room.story)
            #expect(asked.errorLines.last?.hasPrefix("usage: portreserve ") ?? false, room.story)
            #expect(room.names(in: "/run") == [], room.story)
        }
    }

    @Test(
        "-V and -h answer on standard output, also where a daemon runs and to nobody",
        arguments: ["portreserve", "portrelease", "portreserve-generator"])
    func answers(program: String) throws {
        try Room.run { room in
            _ = try room.startDaemon("-f")

            let version = try room.run(program, "-V", with: .nobody)
            let help = try room.run(program, "-h", with: .nobody)

            #expect(version.status == 0 && version.errors.isEmpty, room.story)
            #expect(version.outputText == "\(program) 1.0.0\n", room.story)
            #expect(help.status == 0 && help.errors.isEmpty, room.story)
            #expect(help.outputText.hasPrefix("usage: \(program) "), room.story)
        }
    }

    @Test("without -d nothing is said of what is done")
    func quiet() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.configure("spamd", "783\n")

            let daemon = try room.startDaemon("-f")
            try room.run("portrelease", "no such")
            #expect(try daemon.stop() == 0, room.story)

            #expect(daemon.program.errorLines == [daemon.ready], room.story)
            #expect(daemon.program.output.isEmpty, room.story)
        }
    }
}
