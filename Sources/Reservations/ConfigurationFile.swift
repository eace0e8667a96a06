public import Text

/// One configuration file as it is written, portreserve(5): names are not yet looked up.
public final class ConfigurationFile {
    /// The service, which is the name of the file.
    public let service: ServiceName
    /// Where the file was read, for messages.
    public let path: Text
    /// The reservations it asks for, in its order.
    public private(set) var claims: [Claim] = []
    /// The units whose processes may bind, where the file names any.
    public private(set) var units: [Text] = []
    /// Whether the guard leaves this service alone.
    private(set) var isUnguarded = false
    /// Whether it reserves nothing, and nothing in it is wrong.
    public var isEmpty: Bool { claims.isEmpty && diagnostics.isEmpty }
    /// What is wrong in its text.
    var diagnostics: [Diagnostic] { problems.all }
    private(set) var problems: DiagnosticList
    private let bytes: [UInt8]

    /// Reads `bytes`, the contents of `path`.
    public init(_ bytes: [UInt8], service: ServiceName, path: Text) {
        self.service = service
        self.path = path
        self.bytes = bytes
        problems = DiagnosticList(path: path)
        for line in Lines(bytes) {
            do throws(WrongWord) {
                try take(line, of: bytes)
            } catch {
                let column = error.range.map { line.column(of: $0) } ?? 1
                let word: Text = error.range.map { "\(Text.quoted(bytes[$0])): " } ?? ""
                problems.say(
                    line: line.number, column: column, "\(word)\(error.why), ignoring this line")
            }
        }
    }

    /// The word of a claim of this file, fit for a message.
    func quoted(_ claim: Claim) -> Text { .quoted(bytes[claim.range]) }

    /// Whether a name of the services database is needed to know what is claimed.
    public var needsNames: Bool {
        claims.contains { if case .named = $0.ports { true } else { false } }
    }

    private func take(_ line: Lines.Line, of bytes: [UInt8]) throws(WrongWord) {
        guard let first = line.fields.first, let last = line.fields.last else { return }
        let content = bytes[first.lowerBound..<last.upperBound]
        if content.count > Limits.lineBytesMax {
            throw WrongWord("the line is longer than \(Limits.lineBytesMax) bytes")
        }
        if content.contains(0) { throw WrongWord("the line holds a NUL") }
        if !isUTF8(content) { throw WrongWord("the line is not UTF-8") }
        let rest = line.fields.dropFirst()
        switch keyword(bytes[first]) {
        case .unit: units += try unitNames(first, rest, of: bytes)
        case .unguarded:
            if let extra = rest.first { throw WrongWord(extra, "'unguarded' stands alone") }
            isUnguarded = true
        case nil:
            let options = try claimOptions(rest, of: bytes)
            let column = line.column(of: first)
            claims.append(
                try Claim(at: first, of: bytes, line: line.number, column: column, options))
        }
    }

    private func unitNames(
        _ keyword: Range<Int>, _ words: ArraySlice<Range<Int>>, of bytes: [UInt8]
    ) throws(WrongWord) -> [Text] {
        if words.isEmpty { throw WrongWord(keyword, "no unit is named") }
        if units.count + words.count > Limits.unitsMax {
            throw WrongWord(keyword, "more than \(Limits.unitsMax) units")
        }
        assert(units.count + words.count <= Limits.unitsMax, "the bound is kept line by line")
        var names: [Text] = []
        for word in words {
            guard isUnitName(bytes[word]) else {
                throw WrongWord(word, "not the name of a unit, such as 'kadmin.service'")
            }
            names.append(Text(bytes[word]))
        }
        return names
    }
}

/// A line's first word, where it is no endpoint.
private enum Keyword {
    case unit
    case unguarded
}

private func keyword(_ word: ArraySlice<UInt8>) -> Keyword? {
    // There may be ten thousand lines, and nearly all of them begin with a number.
    guard word.first == UInt8(ascii: "u") else { return nil }
    if Text(word) == "unit" { return .unit }
    return Text(word) == "unguarded" ? .unguarded : nil
}

/// What is wrong with a line, and with which of its words.
struct WrongWord: Error {
    let range: Range<Int>?
    let why: Text

    init(_ range: Range<Int>, _ why: Text) {
        self.range = range
        self.why = why
    }

    /// Says what is wrong with the whole line.
    init(_ why: Text) {
        range = nil
        self.why = why
    }
}

/// The options behind an endpoint.
struct ClaimOptions {
    var share = false
    var permanent = false
}

private func claimOptions(
    _ words: ArraySlice<Range<Int>>, of bytes: [UInt8]
) throws(WrongWord) -> ClaimOptions {
    var options = ClaimOptions()
    for word in words {
        switch Text(bytes[word]) {
        case "share": options.share = true
        case "permanent": options.permanent = true
        case _ where isDigits(bytes[word]):
            throw WrongWord(word, "one endpoint a line; a range is written 1024-15999")
        case _: throw WrongWord(word, "no such option ('share', 'permanent')")
        }
    }
    return options
}

/// systemd.unit(5): letters, digits, `:-_.\@`, and a type behind the last dot.
private func isUnitName(_ name: ArraySlice<UInt8>) -> Bool {
    guard name.count <= Limits.nameBytesMax, let dot = name.lastIndex(of: UInt8(ascii: ".")),
        dot > name.startIndex
    else { return false }
    let isKnownType = ["service", "socket", "scope", "slice"].contains(Text(name[(dot + 1)...]))
    guard isKnownType else { return false }
    let punctuation: Text = ":-_.\\@"
    return name.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case _: punctuation.bytes.contains(byte)
        }
    }
}
