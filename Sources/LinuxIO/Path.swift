internal import CLinux
public import Text

/// A path as the kernel takes it: bytes of any kind but NUL, and one NUL at the end.
public struct Path {
    private let bytes: [UInt8]

    /// Takes `text` as it is; whoever passes a NUL inside names the part before it.
    public init(_ text: Text) { bytes = text.bytes + [0] }

    /// Gives what this names the name `path`, which nobody ever finds missing or half.
    public func rename(to path: Path) throws(Errno) {
        _ = try unsafe withPointer { old throws(Errno) in
            try unsafe path.withPointer { new throws(Errno) in
                try ask { unsafe CLinux.rename(old, new) }
            }
        }
    }

    /// Lends the bytes for one call.
    func withPointer<Answer>(
        _ body: (UnsafePointer<CChar>) throws(Errno) -> Answer
    ) throws(Errno) -> Answer {
        try unsafe bytes.span.withUnsafeBytes { bytes throws(Errno) in
            guard let start = bytes.baseAddress else { fatalError("a path holds at least its NUL") }
            return try unsafe body(start.assumingMemoryBound(to: CChar.self))
        }
    }
}

extension Path: ExpressibleByStringLiteral {
    /// Takes the literal as it is.
    public init(stringLiteral text: StaticString) { self.init(Text(stringLiteral: text)) }
}

extension Text {
    /// Copies a C string.
    init(cString start: UnsafePointer<CChar>) {
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: strlen(start))
        unsafe self.init(Array(bytes))
    }
}
