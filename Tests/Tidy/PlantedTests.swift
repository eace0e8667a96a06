import Testing

/// Each rule against a mistake that was planted for it: a rule that finds nothing proves nothing.
@Suite("Tidy: planted mistakes") struct PlantedTests {
    @Test("a file over its bound is found, one at its bound is not")
    func fileLengths() {
        let atBound = Source(repeated("let a = 1\n", 300), at: "Sources/Daemon/Loop.swift")
        let over = Source(repeated("let a = 1\n", 301), at: "Sources/Daemon/Loop.swift")
        let main = Source(repeated("run()\n", 41), at: "Sources/portreserve/main.swift")

        #expect(fileLength(atBound).isEmpty)
        #expect(fileLength(over).map(\.line) == [301])
        #expect(fileLength(main).map(\.line) == [41])
    }

    @Test("a function over its bound is found by its first line")
    func functionLengths() {
        func text(_ count: Int) -> String {
            "\npublic func long(\n    of: [Int] = [1]\n) -> Int {\n" + repeated("    go()\n", count)
                + "}\n"
        }

        #expect(functionLength(Source(text(46), at: "Sources/Daemon/Loop.swift")).isEmpty)
        #expect(
            functionLength(Source(text(47), at: "Sources/Daemon/Loop.swift")).map(\.line) == [2])
    }

    @Test("what is left to do is found in comments, and strings may speak of it")
    func unfinished() {
        let source = Source(
            "let a = \"TODO\"\n// a TODO here\n/* FIXME\n XXX */\n", at: "Tests/A/B.swift")

        #expect(unfinishedWork(source).map(\.line) == [2, 3, 4])
    }

    @Test("force and conditions are found in code, not in words about them")
    func forced() {
        let source = Source(
            "// try! and #if\nlet a = try! b()\n#if os(Linux)\nlet c = \"try! #if\"\n",
            at: "Sources/Daemon/A.swift")

        #expect(forcedTry(source).map(\.line) == [2])
        #expect(conditionalCode(source).map(\.line) == [3])
    }

    @Test("unsafe is found outside LinuxIO, pointers too")
    func pointers() {
        let text =
            "let a = unsafe b\nlet c: UnsafeRawPointer\nlet d = \"unsafe\"\nlet notunsafe = 1\n"

        #expect(
            unsafeOutsideLinuxIO(Source(text, at: "Sources/Daemon/A.swift")).map(\.line) == [1, 2])
        #expect(unsafeOutsideLinuxIO(Source(text, at: "Sources/LinuxIO/A.swift")).isEmpty)
    }

    @Test("shared state is found, computed and local variables are not")
    func shared() {
        let text = """
            var global = 1
            let constant = 1
            struct A {
                static var shared: A?
                static var computed: Int { 1 }
                var own = 2
                func local() { var here = 3 }
            }
            """

        #expect(sharedState(Source(text, at: "Sources/Daemon/A.swift")).map(\.line) == [1, 4])
    }

    @Test("a default over our enum is found, over numbers and foreign names it is not")
    func defaults() {
        let text = """
            enum State { case held, busy(at: Int) }
            func a(_ s: State, n: Int) {
                switch s {
                case .held: switch n {
                    case 1: go()
                    default: stop()
                    }
                default: stop()
                }
                switch (s, n) {
                case (.busy, 1): go()
                case _: stop()
                }
                switch n {
                case .foreign: go()
                case _: stop()
                }
            }
            """
        let source = Source(text, at: "Sources/Daemon/A.swift")

        let enums = enumsDeclared(in: [source])

        #expect(enums == [["held", "busy"]])
        #expect(defaultOverOurEnum(source, enums: enums).map(\.line) == [8, 12])
    }

    private func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }
}
