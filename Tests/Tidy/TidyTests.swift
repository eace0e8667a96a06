import Testing

/// The style guide as a test: each failure names the file, the line and the reason of the rule.
@Suite("Tidy: the project") struct TidyTests {
    private let house = House.ours

    @Test("files and functions are short, nothing is forced and nothing left to do")
    func everySwiftFile() {
        report((house.sources + house.tests).flatMap { file in rulesForAll.flatMap { $0(file) } })
    }

    @Test("Sources are of one flavour, without pointers above LinuxIO and without shared state")
    func everySource() {
        report(house.sources.flatMap { file in rulesForSources.flatMap { $0(file) } })
    }

    @Test("a switch over our enums has no way out")
    func noDefault() {
        let enums = enumsDeclared(in: house.sources)
        report(house.sources.flatMap { defaultOverOurEnum($0, enums: enums) })
    }

    @Test("imports point down only")
    func imports() {
        report(house.sources.flatMap { importsPointDown($0, manifest: house.manifest) })
        report(reservationsStaysPure(house.manifest))
    }

    @Test("what is public has a user, and so has every file")
    func nothingUnused() {
        report(exportsWithoutUser(house.sources, tests: house.tests))
        report(deadFiles(house.sources))
    }

    @Test("the functions of C files are short too")
    func cFunctions() {
        for file in ["Sources/", "Tests/", "Benchmarks/"].flatMap(house.cFiles(in:)) {
            report(cFunctionLength(file.lines, at: file.path))
        }
    }

    @Test("the manual has every option, and no other")
    func manual() {
        for usage in house.sources.flatMap({ $0.usages() }) {
            report(manualMatches(usage, page: house.texts["man/\(usage.program).8"] ?? ""))
        }
    }

    @Test("no file names a path of the machine that it was written on")
    func paths() {
        report(house.texts.sorted { $0.key < $1.key }.flatMap { machinePaths($1, at: $0) })
    }
}

/// One failure for each finding.
func report(_ findings: [Finding]) {
    for finding in findings { Issue.record("\(finding.description)") }
}
