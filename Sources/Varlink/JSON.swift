// Varlink: JSON, and the two sides of a connection as machines: bytes in, values and bytes out,
// UAPI.20. Pure, lean and bounded; there is no socket in it, and nothing from outside is believed.

public import Text

/// A JSON value of those that Varlink needs; a number is an integer that fits 64 bits.
public enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case string(Text)
    case array([JSON])
    case object([Member])
}

/// One named value of an object.
public struct Member: Equatable, Sendable {
    /// Its name, which stands once in an object.
    public let name: Text
    /// What it is.
    public let value: JSON

    /// Names a value.
    public init(_ name: Text, _ value: JSON) {
        self.name = name
        self.value = value
    }
}

/// Every bound on a message, with its reason.
public enum MessageLimits {
    /// A message without its NUL, in bytes; the largest is the text of an interface.
    public static let bytesMax = 65_536
    /// Arrays and objects within each other, the outermost one included.
    static let depthMax = 8
    /// Members of one object, since each is compared with all before it.
    static let membersMax = 64
    /// A caller's own word in an error, in bytes; a service's name may be as long.
    static let wordBytesMax = 255
}

extension [Member] {
    /// The value of that name, nil where there is none or it is null, which are the same.
    public func value(_ name: StaticString) -> JSON? {
        guard let value = first(where: { $0.name == name })?.value, value != .null else {
            return nil
        }
        return value
    }
}

extension JSON {
    /// The text, where it is one.
    public var string: Text? { if case .string(let text) = self { text } else { nil } }
    /// The number, where it is one.
    public var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    /// The truth, where it is one.
    public var bool: Bool? { if case .bool(let truth) = self { truth } else { nil } }
    /// The members, where it is an object.
    public var object: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// The elements, where it is an array.
    public var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
}
