/// Bounds of the style guide; its section 7 says where they come from.
enum Bounds {
    static let fileLines = 300
    static let functionLines = 50
    static let mainLines = 40
    static let cLines = 200
    static let exportedNames = 40
}

/// A rule looks at one Swift file and says what is wrong with it.
typealias Rule = @Sendable (Source) -> [Finding]

/// What holds for every Swift file, tests too.
let rulesForAll: [Rule] = [fileLength, functionLength, unfinishedWork, forcedTry]
/// What holds for Sources only.
let rulesForSources: [Rule] = [conditionalCode, unsafeOutsideLinuxIO, sharedState]

func fileLength(_ source: Source) -> [Finding] {
    let bound = source.isMain ? Bounds.mainLines : Bounds.fileLines
    guard source.lines.count > bound else { return [] }
    let why =
        source.isMain
        ? "main.swift tells the whole program on one screen"
        : "a file is a noun; one that is longer holds two"
    return [source.finding(bound, "\(source.lines.count) lines, \(bound) at most", because: why)]
}

func functionLength(_ source: Source) -> [Finding] {
    source.functions().filter { $0.lines.count > Bounds.functionLines }.map { function in
        source.finding(
            function.lines.lowerBound,
            "'\(function.name)' has \(function.lines.count) lines, \(Bounds.functionLines) at most",
            because: "a function is one idea, seen at once")
    }
}

func unfinishedWork(_ source: Source) -> [Finding] {
    source.lines.indices.flatMap { index in
        words(of: source.lines[index].comment).filter { ["TODO", "FIXME", "XXX"].contains($0) }
            .map { word in
                source.finding(
                    index, "'\(word)'", because: "what is left to do is an issue, not a comment")
            }
    }
}

func forcedTry(_ source: Source) -> [Finding] {
    source.lines.indices.filter { source.lines[$0].code.contains("try!") }.map { index in
        source.finding(index, "'try!'", because: "an error that cannot be is said with its reason")
    }
}

func conditionalCode(_ source: Source) -> [Finding] {
    source.lines.indices.filter { source.lines[$0].code.contains("#if") }.map { index in
        source.finding(
            index, "'#if'", because: "both flavours are built from the same source, on one platform"
        )
    }
}

func unsafeOutsideLinuxIO(_ source: Source) -> [Finding] {
    // The one other place copies the bytes of a literal, which Swift lends as a pointer alone.
    let isExempt = source.module == "LinuxIO" || source.path == "Sources/Text/Text.swift"
    if isExempt { return [] }
    return source.lines.indices.flatMap { index in
        words(of: source.lines[index].code)
            .filter { $0 == "unsafe" || $0.hasPrefix("Unsafe") }
            .map { word in
                source.finding(
                    index, "'\(word)'", because: "no pointer leaves LinuxIO; here there are values")
            }
    }
}

func sharedState(_ source: Source) -> [Finding] {
    var depth = 0
    var findings: [Finding] = []
    for (index, line) in source.lines.enumerated() {
        let listed = words(of: line.code)
        let isStored = !line.code.contains("{") || line.code.contains(" = ")
        let isStatic = listed.contains("static") && listed.contains("var")
        let isGlobal = depth == 0 && listed.contains("var") && !source.isMain
        if isStored, isStatic || isGlobal {
            let name = listed.after("var") ?? ""
            let why = "state is in a value that main makes and passes; else no test can have two"
            findings.append(source.finding(index, "'\(name)' is shared", because: why))
        }
        depth += line.code.count { $0 == "{" } - line.code.count { $0 == "}" }
    }
    return findings
}

func cFunctionLength(_ lines: [String], at path: String) -> [Finding] {
    functionsOfC(lines).filter { $0.lines.count > Bounds.functionLines }.map { function in
        Finding(
            path: path, line: function.lines.lowerBound + 1,
            what:
                "'\(function.name)' has \(function.lines.count) lines, \(Bounds.functionLines) at most",
            why: "a function is one idea, seen at once, in C too")
    }
}
