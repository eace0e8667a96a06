import ArgumentParser
import Testing

@testable import portreservectl

@Suite("portreservectl: command line")
struct CommandLineTests {
    @Test(
        "JSON is as it is asked for",
        arguments: [
            ([], .off, .off), (["-j"], .pretty, .short), (["--json=short"], .short, .short),
            (["--json", "pretty"], .pretty, .pretty), (["-j", "--json=off"], .off, .off),
            (["-p"], .pretty, .pretty),
        ] as [([String], JSONStyle, JSONStyle)])
    func styles(words: [String], onTerminal: JSONStyle, inPipe: JSONStyle) throws {
        let status = try #require(
            try PortReserveControl.parseAsRoot(["status"] + words) as? Status)
        #expect(status.output.style(isTerminal: true) == onTerminal)
        #expect(status.output.style(isTerminal: false) == inPipe)
    }

    @Test("the flags of systemd's and iproute2's tools are taken")
    func flags() throws {
        let words = ["list", "-H", "--no-pager", "cups", "--no-legend"]
        let status = try #require(try PortReserveControl.parseAsRoot(words) as? Status)
        #expect(status.service == ["cups"])
        #expect(!status.output.hasLegend)
    }

    @Test(
        "a command line that means nothing is a usage error",
        arguments: [
            ["stauts"], ["status", "--nope"], ["release"], ["hold"], ["reload", "x"],
            ["status", "--json=xml"], ["watch", "x"], ["check", "--name", "cups", "a", "b"],
            ["-V", "x"], ["log", "-n", "-1"], ["log", "--no-legend"],
        ])
    func usage(words: [String]) {
        #expect(exitStatus(of: words) == 64)
    }

    @Test("the version is no error")
    func version() {
        #expect(exitStatus(of: ["--version"]) == 0)
    }

    @Test("the version's short option is taken")
    func shortVersion() throws {
        let tool = try PortReserveControl.parseAsRoot(["-V"]) as? PortReserveControl
        #expect(tool?.isVersion == true)
    }

    @Test("a name needs no file, and takes one", arguments: [[], ["cups.new"]])
    func name(path: [String]) throws {
        let words = ["check", "--name", "cups"] + path
        let check = try #require(try PortReserveControl.parseAsRoot(words) as? Check)
        #expect(check.name == "cups" && check.path == path)
    }

    private func exitStatus(of words: [String]) -> Int32? {
        do {
            _ = try PortReserveControl.parseAsRoot(words)
            return nil
        } catch {
            return PortReserveControl.exitCode(for: error).rawValue
        }
    }
}
