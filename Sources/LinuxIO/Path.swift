internal import CLinux
public import Text

/// A path as the kernel takes it: bytes of any kind but NUL.
public struct Path {
    private let text: Text

    /// Takes `text` as it is; whoever passes a NUL inside names the part before it.
    public init(_ text: Text) { self.text = text }

    /// Gives what this names the name `path`, which nobody ever finds missing or half.
    public func rename(to path: Path) throws(Errno) {
        _ = try unsafe withPointer { old throws(Errno) in
            try unsafe path.withPointer { new throws(Errno) in
                try ask { unsafe CLinux.rename(old, new) }
            }
        }
    }

    @inline(never)
    private var bytesAndNUL: [UInt8] { text.bytes + [0] }

    /// Lends the bytes, and one NUL at the end, for one call.
    func withPointer<Answer>(
        _ body: (UnsafePointer<CChar>) throws(Errno) -> Answer
    ) throws(Errno) -> Answer {
        let bytes = bytesAndNUL
        return try unsafe bytes.span.withUnsafeBytes { bytes throws(Errno) in
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
