import Control
import Foundation
import Testing
import Text

@testable import portreservectl

@Suite("portreservectl: names from the configuration")
struct ConfiguredServicesTests {
    @Test("names of both directories, each once, in order; directories and odd names left out")
    func names() throws {
        let etc = ["cups", "slapd", "cups.rpmsave", "b~"]
        try Self.with(etc: etc, lib: ["cups", "amanda"]) { places in
            #expect(configuredServices(places) == ["amanda", "cups", "slapd"])
        }
    }

    @Test("a shell is told no name that it would run")
    func shells() throws {
        let etc = ["$(reboot)", "a b", "`x`", "a;b", "a:b", "über", "x-1_+@%,"]
        try Self.with(etc: etc, lib: []) { places in
            #expect(completedServices(places) == ["x-1_+@%,", "über"])
        }
    }

    @Test("where there is no directory there is no name")
    func missing() {
        let none = Places().reading("/nonexistent/portreserve")
        #expect(configuredServices(none).isEmpty)
    }

    /// Directories with empty files of those names, and a directory in one of them.
    private static func with(
        etc: [String], lib: [String], _ body: (Places) -> Void
    ) throws {
        let files = FileManager.default
        let root = files.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? files.removeItem(at: root) }
        for (folder, names) in [("etc", etc), ("lib", lib)] {
            let inner = root.appending(path: folder).appending(path: "inner")
            try files.createDirectory(at: inner, withIntermediateDirectories: true)
            for name in names {
                let file = root.appending(path: folder).appending(path: name)
                try Data().write(to: file)
            }
        }
        body(
            Places(
                runtimeDirectory: text(root.path), pidFile: "",
                configurationDirectories: [text(root.path + "/etc"), text(root.path + "/lib")],
                services: ""))
    }
}
