/// The options in the usage line of a program, as its source has them: `-d`, `--stay`.
struct Usage {
    let program: String
    let options: Set<String>
    let source: Source
    let index: Int
}

extension Source {
    /// Every string literal here that gives a program's usage.
    func usages() -> [Usage] {
        lines.indices.compactMap { index in
            guard let match = lines[index].text.firstMatch(of: /usage: ([a-z-]+)/) else {
                return nil
            }
            // The text may go on in the next lines of the same literal or statement.
            let rest = lines[index...].prefix(6).prefix { !$0.text.allSatisfy(\.isWhitespace) }
            let options = rest.flatMap { $0.text.matches(of: /(?:^|[ \[|])(--?[A-Za-z][a-z-]*)/) }
            return Usage(
                program: String(match.output.1), options: Set(options.map { String($0.output.1) }),
                source: self, index: index)
        }
    }
}

/// The options that an mdoc page names with its macro Fl.
func optionsDocumented(in page: String) -> Set<String> {
    var options: Set<String> = []
    for line in page.split(separator: "\n") where line.hasPrefix(".") {
        var dashes: String?
        for word in line.dropFirst().split(separator: " ") {
            if word == "Fl" {
                dashes = (dashes ?? "") + "-"
            } else if let prefix = dashes, word.first?.isLetter == true || word.first == "-" {
                options.insert(prefix + word.replacing("\\-", with: "-"))
                dashes = nil
            } else if word.hasPrefix("\\-"), let prefix = dashes {
                options.insert(prefix + word.replacing("\\-", with: "-"))
                dashes = nil
            } else {
                dashes = nil
            }
        }
    }
    return options
}

/// An option that a program has and its manual does not, or the other way round.
func manualMatches(_ usage: Usage, page: String) -> [Finding] {
    let documented = optionsDocumented(in: page)
    let missing = usage.options.subtracting(documented).sorted().map { option in
        usage.source.finding(
            usage.index, "'\(option)' is not in man/\(usage.program).8",
            because: "who reads the manual must find every option")
    }
    let items = page.split(separator: "\n").filter { $0.hasPrefix(".It Fl") }.joined(
        separator: "\n")
    let listed = optionsDocumented(in: items)
    let stale = listed.subtracting(usage.options).sorted().map { option in
        Finding(
            path: "man/\(usage.program).8", line: 1, what: "'\(option)' is not in the usage text",
            why: "an option that is not there wastes a reader's time")
    }
    return missing + stale
}
