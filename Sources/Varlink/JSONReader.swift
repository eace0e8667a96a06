internal import Text

/// What is no JSON, or past a bound, and where.
struct JSONError: Error, Equatable {
    /// Why it cannot be read.
    enum Reason: Equatable {
        case syntax
        case notUTF8
        case tooDeep
        case tooManyMembers
        case duplicateName
        case number
    }

    let reason: Reason
    /// In bytes from the start of the message.
    let offset: Int
}

extension JSON {
    /// Reads one whole value, RFC 8259, with nothing but white space around it.
    init(reading bytes: ArraySlice<UInt8>) throws(JSONError) {
        var reader = JSONReader(bytes)
        self = try reader.readAll()
    }
}

/// An array or object whose end has not come yet; changed where it stands, so that a long one costs
/// no more than its length.
private struct OpenContainer {
    /// The name of an object's next value; nil in an array.
    var name: Text?
    var elements: [JSON] = []
    var members: [Member] = []

    mutating func add(_ value: JSON) {
        if let name { members.append(Member(name, value)) } else { elements.append(value) }
    }

    var value: JSON { name == nil ? .array(elements) : .object(members) }

    var end: UInt8 { name == nil ? UInt8(ascii: "]") : UInt8(ascii: "}") }
}

private struct JSONReader {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    /// Containers from the outermost; there is no recursion, so depth costs no stack.
    private var open: [OpenContainer] = []

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func readAll() throws(JSONError) -> JSON {
        while true {
            guard var value = try readValue() else { continue }
            // A value may end any number of containers.
            while !open.isEmpty {
                guard let closed = try addToLast(value) else { break }
                value = closed
            }
            if !open.isEmpty { continue }
            skipBlanks()
            if position < bytes.endIndex { throw error(.syntax) }
            return value
        }
    }

    /// A scalar or an empty container; nil where a container begins, whose first value is next.
    private mutating func readValue() throws(JSONError) -> JSON? {
        skipBlanks()
        switch peek() {
        case UInt8(ascii: "{"): return try begin(UInt8(ascii: "}"), .object([]))
        case UInt8(ascii: "["): return try begin(UInt8(ascii: "]"), .array([]))
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "t"): return try read("true", .bool(true))
        case UInt8(ascii: "f"): return try read("false", .bool(false))
        case UInt8(ascii: "n"): return try read("null", .null)
        case _: return .integer(try readInteger())
        }
    }

    private mutating func begin(_ end: UInt8, _ empty: JSON) throws(JSONError) -> JSON? {
        if open.count == MessageLimits.depthMax { throw error(.tooDeep) }
        position += 1
        skipBlanks()
        if take(end) { return empty }
        open.append(OpenContainer())
        if end == UInt8(ascii: "}") { open[open.count - 1].name = try readName([]) }
        return nil
    }

    /// Adds a value to the innermost container, and gives the container when it ends behind it.
    private mutating func addToLast(_ value: JSON) throws(JSONError) -> JSON? {
        let last = open.count - 1
        open[last].add(value)
        skipBlanks()
        if take(open[last].end) { return open.removeLast().value }
        guard take(UInt8(ascii: ",")) else { throw error(.syntax) }
        if open[last].name != nil { open[last].name = try readName(open[last].members) }
        return nil
    }

    private mutating func readName(_ members: [Member]) throws(JSONError) -> Text {
        if members.count == MessageLimits.membersMax { throw error(.tooManyMembers) }
        skipBlanks()
        let name = try readString()
        if members.contains(where: { $0.name == name }) { throw error(.duplicateName) }
        skipBlanks()
        guard take(UInt8(ascii: ":")) else { throw error(.syntax) }
        return name
    }

    private mutating func read(_ word: Text, _ value: JSON) throws(JSONError) -> JSON {
        guard bytes[position...].starts(with: word.bytes) else { throw error(.syntax) }
        position += word.bytes.count
        return value
    }

    private mutating func readInteger() throws(JSONError) -> Int {
        let isNegative = take(UInt8(ascii: "-"))
        let digits = bytes[position...].prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard let first = digits.first else { throw error(.syntax) }
        if digits.count > 1, first == UInt8(ascii: "0") { throw error(.syntax) }
        var number = 0
        for digit in digits {
            // Built up on the negative side, which reaches one further.
            let (tens, isOver) = number.multipliedReportingOverflow(by: 10)
            let (sum, isPast) = tens.subtractingReportingOverflow(Int(digit - UInt8(ascii: "0")))
            if isOver || isPast { throw error(.number) }
            number = sum
        }
        position = digits.endIndex
        let isFraction = [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(peek())
        if isFraction { throw error(.number) }
        if isNegative { return number }
        guard number != Int.min else { throw error(.number) }
        return -number
    }

    private mutating func readString() throws(JSONError) -> Text {
        guard take(UInt8(ascii: "\"")) else { throw error(.syntax) }
        var text: [UInt8] = []
        while true {
            let plain = bytes[position...].prefix {
                $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
            if !isUTF8(plain) { throw error(.notUTF8) }
            text += plain
            position = plain.endIndex
            if take(UInt8(ascii: "\"")) { return Text(text) }
            guard take(UInt8(ascii: "\\")) else { throw error(.syntax) }
            text += try readEscape()
        }
    }

    private mutating func readEscape() throws(JSONError) -> [UInt8] {
        guard let letter = peek() else { throw error(.syntax) }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [letter]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Text(scalar: try readScalar()).bytes
        case _: throw error(.syntax)
        }
    }

    /// Four digits, or a pair of surrogates with `\u` between them; a lone one is no character.
    private mutating func readScalar() throws(JSONError) -> UInt32 {
        let first = try readFourDigits()
        guard (0xd800...0xdfff).contains(first) else { return first }
        guard first < 0xdc00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
            throw error(.notUTF8)
        }
        let second = try readFourDigits()
        guard (0xdc00...0xdfff).contains(second) else { throw error(.notUTF8) }
        return 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
    }

    private mutating func readFourDigits() throws(JSONError) -> UInt32 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, let number = hexadecimal(digits) else { throw error(.syntax) }
        position += 4
        return UInt32(number)
    }

    private mutating func skipBlanks() {
        let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d]
        while let byte = peek(), blanks.contains(byte) { position += 1 }
    }

    private func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    /// Steps over `byte` where it is next.
    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(reason: reason, offset: position - bytes.startIndex)
    }
}
