internal import CLinux

/// An open file of this process: it has one owner, and is closed when the owner goes.
@frozen public struct Descriptor: ~Copyable {
    /// The kernel's number for it, for calls that only look.
    public let number: Int32

    /// Takes over `number`, which nobody else may close.
    public init(owning number: Int32) { self.number = number }

    // Linux: close() frees the number even when it is interrupted; a retry would hit a stranger.
    deinit { _ = close(number) }

    /// Reads into the front of `buffer`; 0 is the end.
    public borrowing func read(into buffer: inout [UInt8], from start: Int = 0) throws(Errno) -> Int
    {
        var count = 0
        var refusal: Errno?
        unsafe buffer.withUnsafeMutableBytes { bytes in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            do throws(Errno) {
                count = try ask { unsafe CLinux.read(number, room.baseAddress, room.count) }
            } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
        return count
    }

    /// Writes `bytes` in one call and says how many went out.
    @discardableResult
    public borrowing func write(_ bytes: Span<UInt8>) throws(Errno) -> Int {
        try unsafe bytes.withUnsafeBytes { bytes throws(Errno) in
            try ask { unsafe CLinux.write(number, bytes.baseAddress, bytes.count) }
        }
    }

    /// Writes all of `bytes` in one call to the place `offset` of the file; where less was taken,
    /// throws `.noSpace`.
    public borrowing func write(_ bytes: [UInt8], at offset: Int) throws(Errno) {
        let count = try unsafe bytes.span.withUnsafeBytes { bytes throws(Errno) in
            try ask { unsafe pwrite(number, bytes.baseAddress, bytes.count, offset) }
        }
        if count < bytes.count { throw .noSpace }
    }

    /// Makes this file also be `number`, which stays open over an exec: for descriptors 0 to 2.
    public borrowing func duplicate(onto number: Int32) throws(Errno) {
        _ = try ask { dup2(self.number, number) }
    }
}

extension Descriptor {
    /// An owner that may be in an array; the descriptor is closed with the last that knows of it.
    public final class Owner {
        /// What it owns.
        public let descriptor: Descriptor

        /// Takes it over.
        public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }
}

/// The two ends of a pipe; each may be taken out and owned alone.
@frozen public struct Pipe: ~Copyable {
    /// Where it comes out.
    public let readEnd: Descriptor
    /// Where it goes in.
    public let writeEnd: Descriptor

    /// Makes a pipe, both ends closed on exec.
    public init() throws(Errno) {
        var ends: [2 of Int32] = [-1, -1]
        var span = ends.mutableSpan
        _ = try unsafe span.withUnsafeMutableBufferPointer { ends throws(Errno) in
            try ask { unsafe clinux_pipe(ends.baseAddress) }
        }
        readEnd = Descriptor(owning: ends[0])
        writeEnd = Descriptor(owning: ends[1])
    }
}

extension Descriptor {
    /// Reads to the end, but no further than one byte behind `most`.
    ///
    /// An answer of more than `most` bytes tells that there is more.
    public borrowing func readAll(most: Int) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        var roomBytes = 4_096
        while bytes.count <= most {
            let more = try readOnce(most: min(roomBytes, most + 1 - bytes.count))
            // Less than there is room for is no end: FUSE and /proc give what they have at hand.
            if more.isEmpty { break }
            bytes += more
            let isCramped = more.count == roomBytes && roomBytes < 65_536
            if isCramped { roomBytes *= 4 }
        }
        return bytes
    }

    /// Reads at most `most` bytes by one call, into memory of their own, which is not cleared before.
    public borrowing func readOnce(most: Int) throws(Errno) -> [UInt8] {
        let number = number
        var refusal: Errno?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: most) { room, count in
            do throws(Errno) {
                count = try ask { unsafe CLinux.read(number, room.baseAddress, most) }
            } catch {
                refusal = error
            }
        }
        if let refusal { throw refusal }
        return bytes
    }
}
