/// A function as it stands in a file, from the line of its name to its closing brace.
struct Function: Equatable {
    let name: String
    /// Indices of lines.
    let lines: ClosedRange<Int>
}

extension Source {
    /// Every `func`, `init`, `deinit` and `subscript` that has a body, and every computed
    /// property written over several lines; one inside another counts in both.
    func functions() -> [Function] {
        lines.indices.compactMap { index in
            guard let name = declaredFunction(lines[index].code) else { return nil }
            guard let end = endOfBody(from: index) else { return nil }
            return Function(name: name, lines: index...end)
        }
    }

    /// The line of the brace that closes the body which begins at `start` or soon after it.
    private func endOfBody(from start: Int) -> Int? {
        var parentheses = 0
        var braces = 0
        for index in start..<lines.count {
            for character in lines[index].code {
                switch character {
                case "(", "[": parentheses += 1
                case ")", "]": parentheses -= 1
                case "{" where braces > 0 || parentheses == 0: braces += 1
                case "}" where braces > 0:
                    braces -= 1
                    if braces == 0 { return index }
                case "}" where parentheses == 0: return nil
                case _: break
                }
            }
            let mayEndHere = braces == 0 && parentheses == 0
            if mayEndHere, !continuesHead(after: index) { return nil }
        }
        return nil
    }

    /// Whether the head of a function that is whole at `index` goes on in the next line.
    private func continuesHead(after index: Int) -> Bool {
        guard index + 1 < lines.count else { return false }
        let next = lines[index + 1].code.drop(while: \.isWhitespace)
        let beginnings = ["{", "->", "throws", "where", "async", "rethrows"]
        let endsOpen = lines[index].code.split(separator: " ").last.map {
            $0 == "->" || $0 == "where"
        }
        return beginnings.contains { next.hasPrefix($0) } || endsOpen == true
    }
}

/// The name of the function that this line of code declares, if it does.
private func declaredFunction(_ code: String) -> String? {
    let modifiers: Set<Substring> = [
        "public", "package", "internal", "private", "fileprivate", "static", "final", "override",
        "mutating", "nonmutating", "borrowing", "consuming", "convenience", "required", "inlinable",
        "discardableResult", "inline", "always", "set", "class", "Test", "Suite", "unsafe", "safe",
    ]
    let listed = words(of: code)
    guard let keyword = listed.first(where: { !modifiers.contains($0) }) else { return nil }
    let isCall = code.drop(while: \.isWhitespace).first == "."
    switch keyword {
    case "func":
        let rest = code.components(after: "func ")
        return String(rest.prefix { $0 != "(" && $0 != "<" && $0 != " " })
    case "init", "deinit", "subscript":
        return isCall ? nil : String(keyword)
    case "var":
        let isComputed = code.contains("{") && code.last { !$0.isWhitespace } == "{"
        return isComputed && !code.contains(" = ") ? listed.after("var").map(String.init) : nil
    case _:
        return nil
    }
}

extension String {
    /// What follows the first `word`; all of it where there is none.
    fileprivate func components(after word: String) -> Substring {
        guard let range = firstRange(of: word) else { return self[...] }
        return self[range.upperBound...]
    }
}

extension [Substring] {
    /// The word after `word`.
    func after(_ word: Substring) -> Substring? {
        guard let index = firstIndex(of: word), index + 1 < count else { return nil }
        return self[index + 1]
    }
}

/// The functions of a C file: each begins and ends in the first column, as clang-format leaves it.
func functionsOfC(_ lines: [String]) -> [Function] {
    var found: [Function] = []
    var start: (name: String, index: Int)?
    for (index, line) in lines.enumerated() {
        let isHead = line.first.map { $0.isLetter || $0 == "_" } == true && line.contains("(")
        if isHead, !line.hasPrefix("_Static_assert"),
            let name = words(of: line.upToParenthesis).last
        {
            start = (String(name), index)
            if line.hasSuffix("}") {
                found.append(Function(name: String(name), lines: index...index))
            }
            if line.hasSuffix("}") || line.hasSuffix(";") { start = nil }
        } else if line == "}", let head = start {
            found.append(Function(name: head.name, lines: head.index...index))
            start = nil
        }
    }
    return found
}

extension String {
    fileprivate var upToParenthesis: String { String(prefix { $0 != "(" }) }
}
