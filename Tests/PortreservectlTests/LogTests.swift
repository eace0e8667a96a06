import ArgumentParser
import Testing
import Text

@testable import portreservectl

@Suite("portreservectl: log")
struct LogTests {
    private let ours: [Text] = ["SYSLOG_IDENTIFIER=portreserve", "_UID=0"]

    @Test("shows all lines since the boot, systemd's own about the daemon too")
    func everything() throws {
        let words = try command([])

        #expect(
            words == ["journalctl", "--boot"] + ours + ["+", "UNIT=portreserve.service", "_PID=1"])
    }

    @Test("shows lines of the services that are named alone, whatever their names")
    func services() throws {
        let words = try command([], of: ["cups", "a b", "-x"])

        #expect(
            words == ["journalctl", "--boot"] + ours + [
                "PORTRESERVE_SERVICE=cups", "PORTRESERVE_SERVICE=a b", "PORTRESERVE_SERVICE=-x",
            ])
    }

    @Test(
        "options are journalctl's own",
        arguments: [
            (["-n", "5"], ["--boot", "--lines=5"]), (["--lines=0"], ["--boot", "--lines=0"]),
            (["-f"], ["--boot", "--follow"]), (["-x"], ["--boot", "--catalog"]),
            (["--since", "-1h"], ["--since=-1h"]), (["--since=today"], ["--since=today"]),
            (["--no-pager"], ["--boot", "--no-pager"]),
            (["-j"], ["--boot", "--output=json"]),
            (["--json=pretty"], ["--boot", "--output=json-pretty"]),
            (["-j", "--json=off"], ["--boot"]),
            (["-fx", "-n1"], ["--boot", "--lines=1", "--follow", "--catalog"]),
        ] as [([String], [String])])
    func options(words: [String], wanted: [String]) throws {
        let got = try command(words).dropFirst().prefix { $0 != ours[0] }

        #expect(got.map { "\($0)" } == wanted)
    }

    @Test("JSON on a terminal is laid out")
    func terminal() throws {
        #expect(try command(["-j"], onTerminal: true).contains("--output=json-pretty"))
    }

    private func command(
        _ words: [String], of names: [Text] = [], onTerminal isTerminal: Bool = false
    ) throws -> [Text] {
        let log = try #require(try PortReserveControl.parseAsRoot(["log"] + words) as? Log)
        return log.command(names, onTerminal: isTerminal)
    }
}
