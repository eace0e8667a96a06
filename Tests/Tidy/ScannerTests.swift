import Testing

/// What the rules stand on: code, comments and strings told apart, and functions found.
@Suite("Tidy: reading Swift") struct ScannerTests {
    @Test("a string holds what looks like a comment, an interpolation holds code")
    func strings() {
        let source = Source(#"let a = "x // y \(b + "c") z" // d"# + "\n", at: "Sources/A/B.swift")

        let line = source.lines[0]
        #expect(words(of: line.code) == ["let", "a", "b"])
        #expect(words(of: line.text) == ["x", "y", "c", "z"])
        #expect(words(of: line.comment) == ["d"])
    }

    @Test("raw and long strings end at their own quotes")
    func longStrings() {
        let text = "let a = #\"b \" c\"# + d\nlet e = \"\"\"\n    f \" { g\n    \"\"\" + h\n"

        let source = Source(text, at: "Sources/A/B.swift")

        #expect(
            source.lines.map { words(of: $0.code) } == [
                ["let", "a", "d"], ["let", "e"], [], ["h"],
            ])
    }

    @Test("comments nest, and a line counts as comment when it is nothing else")
    func comments() {
        let source = Source(
            "/* a /* b */ c */ let d = 1\n/// e\n\nlet f = 1 // g\n", at: "Sources/A/B.swift")

        #expect(source.lines.map(\.isOnlyComment) == [false, true, false, false])
        #expect(commentShare([source]).rounded() == 33)
    }

    @Test("functions, initialisers and properties are found with their lines, calls are not")
    func functions() {
        let text = """
            struct A {
                init(_ a: Int) { self.init(a) }
                public mutating func grow(
                    by: () -> Int = { 1 }
                ) {
                    init(1)
                }
                var shown: String {
                    "{"
                }
                deinit {
                }
            }
            protocol P {
                func promised() -> Int
                var known: Int { get }
            }
            func last() where Int: P
            {
            }
            """

        let found = Source(text, at: "Sources/A/B.swift").functions()

        #expect(found.map(\.name) == ["init", "grow", "shown", "deinit", "last"])
        #expect(found.map(\.lines) == [1...1, 2...6, 7...9, 10...11, 17...19])
    }
}
