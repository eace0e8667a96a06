/// One piece of a Swift file: what it is decides which rules look at it.
enum Piece {
    case code, comment, text
}

/// A line of a Swift file, taken apart; each part keeps its columns, the rest is blanks.
struct Line {
    var code = ""
    var comment = ""
    /// What stands in string literals.
    var text = ""

    var isBlank: Bool { (code + comment + text).allSatisfy(\.isWhitespace) }
    var isOnlyComment: Bool {
        !comment.allSatisfy(\.isWhitespace) && (code + text).allSatisfy(\.isWhitespace)
    }

    /// Puts `character` where it belongs, a blank into the other two.
    mutating func append(_ character: Character, as piece: Piece) {
        code.append(piece == .code ? character : " ")
        comment.append(piece == .comment ? character : " ")
        text.append(piece == .text ? character : " ")
    }
}

/// A Swift file as the rules see it: no parser, only enough to tell code, comments and strings.
struct Source {
    /// From the root of the project: `Sources/Daemon/Loop.swift`.
    let path: String
    let lines: [Line]

    init(_ content: String, at path: String) {
        self.path = path
        var scanner = Scanner(Array(content))
        lines = scanner.lines()
    }

    /// The folder below Sources or Tests: the module.
    var module: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    var isMain: Bool { path.hasSuffix("/main.swift") }
}

/// Tells code from comments and strings, a character at a time.
private struct Scanner {
    private let characters: [Character]
    private var position = 0
    private var result = [Line()]

    init(_ characters: [Character]) { self.characters = characters }

    mutating func lines() -> [Line] {
        while position < characters.count {
            if looking(at: "//") {
                take(as: .comment) { $0.peek == "\n" }
            } else if looking(at: "/*") {
                takeBlockComment()
            } else if let hashes = stringStart() {
                takeString(hashes: hashes)
            } else {
                take(1, as: .code)
            }
        }
        if let last = result.last, last.isBlank { result.removeLast() }
        return result
    }

    private var peek: Character? { position < characters.count ? characters[position] : nil }

    private func looking(at word: String) -> Bool {
        characters[position...].starts(with: word)
    }

    /// Takes `count` characters, all of the same kind.
    private mutating func take(_ count: Int, as piece: Piece) {
        for character in characters[position..<min(position + count, characters.count)] {
            position += 1
            if character == "\n" {
                result.append(Line())
            } else {
                result[result.count - 1].append(character, as: piece)
            }
        }
    }

    private mutating func take(as piece: Piece, until isEnd: (Self) -> Bool) {
        while position < characters.count, !isEnd(self) { take(1, as: piece) }
    }

    private mutating func takeBlockComment() {
        var depth = 0
        repeat {
            if looking(at: "/*") { depth += 1 }
            if looking(at: "*/") { depth -= 1 }
            take(looking(at: "/*") || looking(at: "*/") ? 2 : 1, as: .comment)
        } while depth > 0 && position < characters.count
    }

    /// The number of `#` before a quote that begins here; nil where no string begins.
    private func stringStart() -> Int? {
        let hashes = characters[position...].prefix { $0 == "#" }.count
        let quote = position + hashes
        return quote < characters.count && characters[quote] == "\"" ? hashes : nil
    }

    private mutating func takeString(hashes: Int) {
        take(hashes, as: .code)
        let quote = looking(at: "\"\"\"") ? "\"\"\"" : "\""
        let fence = String(repeating: "#", count: hashes)
        take(quote.count, as: .code)
        while position < characters.count, !looking(at: quote + fence) {
            if looking(at: "\\" + fence + "(") {
                takeInterpolation(hashes: hashes)
            } else if looking(at: "\\" + fence) {
                take(2 + hashes, as: .text)
            } else {
                take(1, as: .text)
            }
        }
        take(quote.count + hashes, as: .code)
    }

    /// What is interpolated is code again, up to its parenthesis.
    private mutating func takeInterpolation(hashes: Int) {
        take(1 + hashes, as: .text)
        var depth = 0
        repeat {
            if let inner = stringStart() {
                takeString(hashes: inner)
                continue
            }
            if peek == "(" { depth += 1 }
            if peek == ")" { depth -= 1 }
            take(1, as: .code)
        } while depth > 0 && position < characters.count
    }
}
