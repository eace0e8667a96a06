public import Text

/// A service's only key: the name of its configuration file, byte for byte.
///
/// It need not be UTF-8, and two that Unicode calls equal are two files.
public struct ServiceName: Hashable, Comparable, Writable {
    /// The name as it is.
    public let bytes: [UInt8]

    /// Takes the name as it is.
    public init(_ name: Text) { bytes = name.bytes }

    /// Whether a file of this name is a service's: 0.0.5 left out names with a dot or a tilde.
    public var isService: Bool {
        !bytes.isEmpty && bytes.count <= Limits.nameBytesMax
            && !bytes.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "~") }
    }

    /// The name fit for a message.
    public var text: Text {
        @inline(never) get { .printable(bytes[...], most: Limits.nameBytesMax) }
    }

    /// The order of the bytes.
    public static func < (one: ServiceName, other: ServiceName) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }
}
