/// What stands between the `separator`s, also where that is nothing.
///
/// The library's split would be in the lean programs once for each kind of collection.
@inline(never)
public func parts(
    of bytes: ArraySlice<UInt8>, between separator: UInt8
) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = bytes.startIndex
    for index in bytes.indices where bytes[index] == separator {
        parts.append(bytes[start..<index])
        start = index + 1
    }
    return parts + [bytes[start...]]
}

/// What stands between the `separator`s, where it is something.
@inline(never)
public func words(
    of bytes: ArraySlice<UInt8>, between separator: UInt8
) -> [ArraySlice<UInt8>] {
    parts(of: bytes, between: separator).filter { !$0.isEmpty }
}
