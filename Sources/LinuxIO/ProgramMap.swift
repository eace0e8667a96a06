internal import CLinux

extension Descriptor {
    /// What programs of the kernel's machine share with us: bpf(2), "eBPF maps".
    public enum Map {
        /// One element that can be mapped.
        case memory(bytes: Int)
        /// Keys and values of whole words.
        case hash(keyWords: Int, valueWords: Int, count: Int)
        /// The same; what has not been used for long makes room for what is new.
        case recentHash(keyWords: Int, valueWords: Int, count: Int)
        /// Records for us to read, `Reader`; a power of two, and whole pages.
        case ring(bytes: Int)
    }

    /// Makes a map, which is empty or zero.
    public static func map(_ map: Map) throws(Errno) -> Descriptor {
        let (type, keyBytes, valueBytes, count) =
            switch map {
            case .memory(let bytes): (BPF_MAP_TYPE_ARRAY, 4, bytes, 1)
            case .hash(let key, let value, let count):
                (BPF_MAP_TYPE_HASH, 8 * key, 8 * value, count)
            case .recentHash(let key, let value, let count):
                (BPF_MAP_TYPE_LRU_HASH, 8 * key, 8 * value, count)
            case .ring(let bytes): (BPF_MAP_TYPE_RINGBUF, 0, 0, bytes)
            }
        var request = bpf_attr()
        request.map_type = type.rawValue
        request.key_size = UInt32(keyBytes)
        request.value_size = UInt32(valueBytes)
        request.max_entries = UInt32(count)
        if case .memory = map { request.map_flags = UInt32(BPF_F_MMAPABLE) }
        return Descriptor(owning: try ask(BPF_MAP_CREATE, &request))
    }

    /// What the map has for `key`, nil for nothing.
    ///
    /// `words` is the size that the map was made with.
    public borrowing func element(_ key: [UInt64], words: Int) throws(Errno) -> [UInt64]? {
        var value = [UInt64](repeating: 0, count: words)
        do throws(Errno) {
            try askElement(BPF_MAP_LOOKUP_ELEM, key, &value)
        } catch .noEntry {
            return nil
        }
        return value
    }

    /// Puts `value` into the map, in place of what it had for `key`.
    ///
    /// Throws E2BIG where there is no room.
    public borrowing func setElement(_ key: [UInt64], _ value: [UInt64]) throws(Errno) {
        var value = value
        try askElement(BPF_MAP_UPDATE_ELEM, key, &value)
    }

    /// Takes out what the map has for `key`, if anything.
    public borrowing func removeElement(_ key: [UInt64]) throws(Errno) {
        var none: [UInt64] = []
        do throws(Errno) { try askElement(BPF_MAP_DELETE_ELEM, key, &none) } catch .noEntry {}
    }

    private borrowing func askElement(
        _ command: bpf_cmd, _ key: [UInt64], _ value: inout [UInt64]
    ) throws(Errno) {
        var request = bpf_attr()
        request.map_fd = UInt32(number)
        var values = value.mutableSpan
        try unsafe key.span.withUnsafeBytes { key throws(Errno) in
            try unsafe values.withUnsafeMutableBytes { value throws(Errno) in
                unsafe request.key = address(key.baseAddress)
                // Where there is no value the kernel wants to see none.
                if value.count > 0 {
                    unsafe request.value = address(UnsafeRawPointer(value.baseAddress))
                }
                _ = try ask(command, &request)
            }
        }
    }
}

/// bpf(2)'s answer.
func ask(
    _ command: bpf_cmd, mayBeBad: Bool = false, _ request: inout bpf_attr
) throws(Errno) -> Int32 {
    // EAGAIN: a signal has come while the verifier was at work.
    for _ in 1..<attemptsMax {
        do throws(Errno) {
            return try ask(mayBeBad: mayBeBad) { unsafe clinux_bpf(command, &request) }
        } catch .wouldBlock {}
    }
    return try ask(mayBeBad: mayBeBad) { unsafe clinux_bpf(command, &request) }
}

private let attemptsMax = 5

/// A pointer as a request of bpf(2) has it, in 64 bits on every machine.
func address(_ pointer: UnsafeRawPointer?) -> UInt64 { UInt64(UInt(bitPattern: pointer)) }
