/// Something that breaks a rule: where, and what the rule is for.
struct Finding: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let what: String
    let why: String

    var description: String { "\(path):\(line): \(what): \(why)" }
}

extension Source {
    /// A finding in this file, at the line with this index.
    func finding(_ index: Int, _ what: String, because why: String) -> Finding {
        Finding(path: path, line: index + 1, what: what, why: why)
    }
}

/// The identifiers and keywords in a line of code, in order.
func words(of code: String) -> [Substring] {
    code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
}
