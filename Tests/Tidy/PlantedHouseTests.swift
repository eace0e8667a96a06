import Testing

/// Mistakes between files, planted too.
@Suite("Tidy: planted mistakes between files") struct PlantedHouseTests {
    private let manifest = Manifest(
        """
        .target(name: "LinuxIO", dependencies: ["CLinux"], swiftSettings: core),
        .target(name: "Reservations", swiftSettings: core),
        .target(
            name: "Daemon", dependencies: ["LinuxIO", "Reservations"],
            swiftSettings: core),
        """)

    @Test("an import that points up, sideways or around is found")
    func imports() {
        func lines(_ text: String, _ path: String) -> [Int] {
            importsPointDown(Source(text, at: path), manifest: manifest).map(\.line)
        }

        #expect(lines("import LinuxIO\npublic import Daemon\n", "Sources/Daemon/A.swift") == [2])
        #expect(lines("internal import CLinux\n", "Sources/LinuxIO/A.swift").isEmpty)
        #expect(lines("internal import CLinux\n", "Sources/Daemon/A.swift") == [1])
        #expect(lines("// import Daemon\nimport LinuxIO\n", "Sources/Reservations/A.swift") == [2])
        #expect(lines("import Foundation\n", "Sources/Daemon/A.swift") == [1])
        #expect(lines("import Foundation\n", "Sources/portreservectl/A.swift").isEmpty)
    }

    @Test("a way from Reservations down to LinuxIO is found in the manifest")
    func pure() {
        let planted = Manifest(
            """
            .target(name: "Reservations", dependencies: ["Text"]),
            .target(name: "Text", dependencies: ["LinuxIO"]),
            """)

        #expect(reservationsStaysPure(manifest).isEmpty)
        #expect(reservationsStaysPure(planted).map(\.line) == [1])
    }

    @Test("a public name that nobody outside says is found")
    func exports() {
        let module = Source(
            "public struct Used {\n    public func idle() {}\n    public var description: String\n}\n",
            at: "Sources/LinuxIO/A.swift")
        let inside = Source("let a = Used().idle()\n", at: "Sources/LinuxIO/B.swift")
        let outside = Source("let a = Used() // idle\n", at: "Sources/Daemon/B.swift")

        let found = exportsWithoutUser([module, inside, outside], tests: [])

        #expect(found.map(\.line) == [2])
        #expect(module.exports().count(where: \.isTopLevel) == 1)
    }

    @Test("a file that nothing else speaks of is found")
    func dead() {
        let dead = Source("struct Lonely {}\n", at: "Sources/Daemon/A.swift")
        let used = Source(
            "extension Array {\n    func kept() {}\n}\n", at: "Sources/Daemon/B.swift")
        let main = Source("[1].kept()\n", at: "Sources/Daemon/main.swift")

        #expect(deadFiles([dead, used, main]).map(\.path) == ["Sources/Daemon/A.swift"])
    }

    @Test("an option without its place in the manual is found, and a stale one")
    func manual() {
        let source = Source(
            "let usage = \"usage: portreserve [-d] [--stay] \"\n    + \"[-c DIR] | -n [PATH...]\"\n",
            at: "Sources/portreserve/Options.swift")
        let page =
            ".Nm\n.Op Fl d\n.It Fl Fl old\n.Fl z\n.Fl c Ar DIR , Fl n\nFl x is no macro here\n"

        let found = source.usages().flatMap { manualMatches($0, page: page) }

        #expect(
            found.map(\.what).sorted() == [
                "'--old' is not in the usage text", "'--stay' is not in man/portreserve.8",
            ])
    }

    @Test("a path of a machine is found by its line")
    func paths() {
        let planted = "fine\nsee /wo" + "rk/main/README\n"

        #expect(machinePaths(planted, at: "README.md").map(\.line) == [2])
    }

    @Test("a figure outside its goal says so")
    func figure() {
        let held = Figure(name: "function lines, longest", value: 50, goal: 0...50)
        let missed = Figure(name: "function lines, longest", value: 51, goal: 0...50)

        #expect(held.isHeld && held.description.hasSuffix("PASS"))
        #expect(!missed.isHeld && missed.description.hasSuffix("FAIL"))
    }

    @Test("a long function in C is found, a declaration is none")
    func c() {
        let body = [String](repeating: "    go();", count: 49)
        let lines = ["int first(void);", "static int second(int a,", "    int b) {"] + body + ["}"]

        let found = cFunctionLength(lines, at: "Tests/A/b.c")

        #expect(found.map(\.line) == [2])
        #expect(found.first?.what == "'second' has 52 lines, 50 at most")
    }
}
