/// Bytes as they come, cut into messages at their NULs.
struct Inbox {
    private var bytes: [UInt8] = []
    private var start = 0
    /// Up to where no NUL is, so that a message that comes byte by byte is searched once.
    private var searched = 0

    /// Takes what has come.
    mutating func add(_ more: ArraySlice<UInt8>) {
        if start > 0 {
            bytes.removeFirst(start)
            searched = max(searched - start, 0)
            start = 0
        }
        bytes += more
    }

    /// The next whole message without its NUL, nil when it is not all there.
    ///
    /// Throws when it is, or is going to be, longer than `MessageLimits.bytesMax`.
    mutating func next() throws(BrokenMessage) -> ArraySlice<UInt8>? {
        guard let end = bytes[max(start, searched)...].firstIndex(of: 0) else {
            searched = bytes.count
            if bytes.count - start > MessageLimits.bytesMax { throw BrokenMessage() }
            return nil
        }
        if end - start > MessageLimits.bytesMax { throw BrokenMessage() }
        defer { start = end + 1 }
        return bytes[start..<end]
    }

    /// Bytes of messages that are not yet taken.
    var count: Int { bytes.count - start }
}
