/// The enums that are declared in `sources`: for each its cases.
func enumsDeclared(in sources: [Source]) -> [Set<Substring>] {
    sources.flatMap { source -> [Set<Substring>] in
        var enums: [(depth: Int, cases: Set<Substring>)] = []
        var found: [Set<Substring>] = []
        var depth = 0
        for line in source.lines {
            let listed = words(of: line.code)
            if listed.after("enum") != nil, line.code.contains("{") {
                let body = line.code.split(separator: "{", maxSplits: 1).last ?? ""
                let isWhole = words(of: String(body)).first == "case"
                enums.append((depth + 1, isWhole ? Set(namesOfCases(String(body))) : []))
            }
            // A case with a dot or a colon belongs to a switch.
            let isDeclared = listed.first == "case" || listed.starts(with: ["indirect", "case"])
            if isDeclared, enums.last?.depth == depth, !line.code.contains("case .") {
                enums[enums.count - 1].cases.formUnion(namesOfCases(line.code))
            }
            for character in line.code where character == "{" || character == "}" {
                depth += character == "{" ? 1 : -1
                if let last = enums.last, depth < last.depth {
                    found.append(enums.removeLast().cases)
                }
            }
        }
        return found
    }
}

/// The names in `case held, busy(at: Int)`.
private func namesOfCases(_ code: String) -> [Substring] {
    var depth = 0
    let outside = code.filter { character in
        if character == "(" { depth += 1 }
        defer { if character == ")" { depth -= 1 } }
        return depth == 0
    }
    return outside.split(separator: ",").compactMap { part in
        words(of: String(part)).first { $0 != "case" && $0 != "indirect" }
    }
}

/// A `default` or a bare `_` in a switch over cases that are all ours.
func defaultOverOurEnum(_ source: Source, enums: [Set<Substring>]) -> [Finding] {
    let ours = enums.reduce(into: Set<Substring>()) { $0.formUnion($1) }
    var switches: [(depth: Int, patterns: Set<Substring>)] = []
    var depth = 0
    var findings: [Finding] = []
    for (index, line) in source.lines.enumerated() {
        let code = line.code.drop(while: \.isWhitespace)
        if let last = switches.last, depth == last.depth {
            if code.hasPrefix("case") {
                switches[switches.count - 1].patterns.formUnion(dotted(code))
            }
            let isCatchAll = code.hasPrefix("default:") || code.hasPrefix("case _:")
            let isOurs = !last.patterns.isEmpty && last.patterns.isSubset(of: ours)
            if isCatchAll, isOurs {
                let why = "a new case must not compile until every place has decided on it"
                findings.append(
                    source.finding(index, "'\(code.prefix { $0 != ":" })'", because: why))
            }
        }
        let opens = words(of: line.code).contains("switch")
        for character in line.code where character == "{" || character == "}" {
            depth += character == "{" ? 1 : -1
            if character == "{", opens, switches.last?.depth != depth {
                switches.append((depth, []))
            }
            if let last = switches.last, depth < last.depth { switches.removeLast() }
        }
    }
    return findings
}

/// The names after a dot in the pattern of a case: `case .held, (.busy, .gone):`.
private func dotted(_ code: Substring) -> Set<Substring> {
    var names: Set<Substring> = []
    var depth = 0
    var rest = code.dropFirst("case".count)
    while let character = rest.first, character != ":" || depth > 0 {
        if character == "(" { depth += 1 }
        if character == ")" { depth -= 1 }
        rest = rest.dropFirst()
        if character == ".", rest.first?.isLetter == true {
            names.insert(rest.prefix { $0.isLetter || $0.isNumber || $0 == "_" })
        }
    }
    return names
}
