import Control

/// The text of an interface, read by words: enough of the definition language for what stands here.
struct InterfaceText {
    private(set) var name = ""
    /// Methods, by their names: what goes in and what comes out.
    private(set) var methods: [String: (input: [String: String], output: [String: String])] = [:]
    private(set) var errors: [String: [String: String]] = [:]
    private(set) var types: [String: [String: String]] = [:]
    private var words: ArraySlice<Substring> = []

    /// nil where the text is not made of declarations alone.
    init?(_ text: String) {
        words = wordsOf(text)[...]
        guard take("interface"), let first = words.popFirst() else { return nil }
        name = String(first)
        while let kind = words.popFirst() {
            guard let declared = words.popFirst().map(String.init), isFree(declared),
                let members = readMembers()
            else { return nil }
            switch kind {
            case "type": types[declared] = members
            case "error": errors[declared] = members
            case "method":
                guard take("->"), let output = readMembers() else { return nil }
                methods[declared] = (members, output)
            case _: return nil
            }
        }
    }

    private func isFree(_ name: String) -> Bool {
        name.first?.isUppercase == true && types[name] == nil && errors[name] == nil
            && methods[name] == nil
    }

    private mutating func take(_ word: Substring) -> Bool {
        guard words.first == word else { return false }
        words.removeFirst()
        return true
    }

    /// `(name: type, ...)`.
    private mutating func readMembers() -> [String: String]? {
        guard take("(") else { return nil }
        var members: [String: String] = [:]
        while !take(")") {
            if !members.isEmpty, !take(",") { return nil }
            guard let name = words.popFirst().map(String.init), name.first?.isLowercase == true,
                members[name] == nil, take(":"), let type = readType()
            else { return nil }
            members[name] = type
        }
        return members
    }

    /// A name, perhaps with `?` or `[]` before it, or the words of an enumeration.
    private mutating func readType() -> String? {
        guard let word = words.popFirst().map(String.init) else { return nil }
        guard word == "(" else {
            return word.contains(where: \.isLetter) ? word : nil
        }
        let list = words.prefix { $0 != ")" }
        words = words.dropFirst(list.count)
        return take(")") ? list.filter { $0 != "," }.joined(separator: "|") : nil
    }

    /// The types that are said anywhere, without what stands before their names.
    var saidTypes: Set<String> {
        let all = methods.values.flatMap { [$0.input, $0.output] } + errors.values + types.values
        let plain = all.flatMap(\.values).filter { !$0.contains("|") }
        return Set(plain.map { String($0.drop { "?[]".contains($0) }) })
    }
}

/// Names, marks and types, without comments and blanks.
private func wordsOf(_ text: String) -> [Substring] {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    var spaced = lines.joined(separator: " ")
    for mark in ["(", ")", ",", ":"] {
        spaced = spaced.split(separator: mark, omittingEmptySubsequences: false)
            .joined(separator: " \(mark) ")
    }
    return spaced.split(separator: " ")
}
