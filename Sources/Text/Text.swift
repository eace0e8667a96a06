// Text: words for people and names from outside, as bytes. String would bring Unicode's tables and
// its own notion of equality into programs that only copy, compare and print; and the names of
// files and of services need not be UTF-8. Lean, pure, below everything else.

/// Bytes that a person may read; equal when they are the same bytes.
public struct Text: Hashable, Comparable, Sendable {
    /// All of it.
    public private(set) var bytes: [UInt8]

    /// Takes the bytes as they are.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Takes the bytes as they are.
    public init(_ bytes: ArraySlice<UInt8>) { self.bytes = Array(bytes) }

    /// Whether there is nothing to read.
    public var isEmpty: Bool { bytes.isEmpty }

    /// The order of the bytes.
    public static func < (one: Text, other: Text) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }

    /// Whether it is the literal, which is not made a text for that.
    public static func == (text: Text, literal: StaticString) -> Bool {
        text.equals(Literal(literal))
    }

    /// The same, in a switch.
    public static func ~= (literal: StaticString, text: Text) -> Bool { text == literal }

    /// One behind the other.
    public static func + (one: Text, other: Text) -> Text { Text(one.bytes + other.bytes) }

    /// Appends `other`.
    @inline(never)
    public mutating func append(_ other: Text) { bytes += other.bytes }

    /// Appends one byte.
    @inline(never)
    public mutating func append(_ byte: UInt8) { bytes.append(byte) }
}

/// What can stand in a message.
public protocol Writable {
    /// As a message says it.
    var text: Text { get }
}

extension Text: Writable {
    /// Itself.
    public var text: Text { self }
}

extension Text: ExpressibleByStringInterpolation {
    /// Takes the literal as it is.
    public init(stringLiteral literal: StaticString) { self = Literal(literal).text }

    /// Takes what was put together.
    public init(stringInterpolation parts: Parts) { self = parts.text }

    /// A message as it is put together.
    public struct Parts: StringInterpolationProtocol {
        fileprivate var text = Text([])

        /// Begins with nothing.
        public init(literalCapacity: Int, interpolationCount: Int) {}

        /// Appends what stands between the parts.
        public mutating func appendLiteral(_ literal: StaticString) {
            // Between two parts there is an empty one.
            if literal.utf8CodeUnitCount > 0 { text.append(Literal(literal)) }
        }

        /// Appends it as it is.
        public mutating func appendInterpolation(_ part: Text) { text.append(part) }

        /// Appends its text.
        public mutating func appendInterpolation(_ part: some Writable) {
            text.append(giving: part.text)
        }

        /// Appends it in decimal digits; it fits an Int.
        public mutating func appendInterpolation(_ number: some BinaryInteger) {
            text.append(decimal: Int(number))
        }
    }

    @inline(never)
    fileprivate mutating func append(giving other: consuming Text) { bytes += other.bytes }

    @inline(never)
    fileprivate mutating func append(decimal number: Int) { append(Text(decimal: number)) }

    @inline(never)
    fileprivate mutating func append(_ literal: Literal) { bytes += literal.bytes }

    @inline(never)
    fileprivate func equals(_ literal: Literal) -> Bool { literal.equals(bytes) }
}

/// A literal as one pointer: where it is passed, and that is everywhere, a StaticString takes
/// three registers.
@safe private struct Literal {
    /// What it points to ends with a NUL, and lives as long as the program.
    private let start: UnsafePointer<UInt8>

    init(_ literal: StaticString) {
        unsafe start = literal.utf8Start
        assert(count == literal.utf8CodeUnitCount, "a literal holds no NUL")
    }

    private var count: Int {
        var count = 0
        while unsafe start[count] != 0 { count += 1 }
        return count
    }

    private var buffer: UnsafeBufferPointer<UInt8> { unsafe .init(start: start, count: count) }

    var bytes: [UInt8] { unsafe Array(buffer) }

    @inline(never)
    var text: Text {
        // Text(bytes) would be copied into the initializer of every constant.
        var text = Text([])
        text.append(self)
        return text
    }

    func equals(_ bytes: [UInt8]) -> Bool { unsafe bytes.elementsEqual(buffer) }
}

extension Text: CustomStringConvertible {
    /// For tests and for programs that have String anyway; what is not UTF-8 is replaced.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
