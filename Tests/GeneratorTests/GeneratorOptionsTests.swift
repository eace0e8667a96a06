import Control
import Testing
import Text

@testable import Generator

@Suite("generator: its command line") struct GeneratorOptionsTests {
    @Test("names three directories, of which the first is written to")
    func directories() throws {
        let options = try GeneratorOptions(["/run/a", "/run/b", "/run/c"])

        #expect(options.purpose == .generate("/run/a"))
    }

    @Test(
        "asks for the version, or for help",
        arguments: [
            (["-V"], GeneratorOptions.Purpose.version), (["--version"], .version),
            (["-h"], .help), (["--help", "x"], .help),
        ])
    func told(words: [Text], purpose: GeneratorOptions.Purpose) throws {
        #expect(try GeneratorOptions(words[...]).purpose == purpose)
    }

    @Test(
        "is wrong with any other number of directories",
        arguments: [[], ["a"], ["a", "b"], ["a", "b", "c", "d"], ["-x", "a", "b"]] as [[Text]])
    func wrong(words: [Text]) {
        #expect(throws: UsageError.self) { try GeneratorOptions(words[...]) }
    }
}
