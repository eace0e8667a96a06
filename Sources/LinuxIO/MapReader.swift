extension Descriptor.Map {
    /// Our end of a ring: what programs of the kernel have put there, in the order in which it happened.
    ///
    /// To be watched level-triggered: the kernel wakes who waits only when all before was read.
    public struct Reader: ~Copyable {
        /// Readable when there are records.
        public let ring: Descriptor
        private let bytes: Int
        /// How far we have read, for the kernel to see.
        private let consumed: Memory
        /// How far it has written.
        private let produced: Memory

        /// Makes a ring of `bytes`, a power of two, and whole pages.
        public init(bytes: Int) throws(Errno) {
            try self.init(try Descriptor.map(.ring(bytes: bytes)), bytes: bytes)
        }

        /// Goes on where another reader of a ring of `bytes` is.
        public init(_ ring: consuming Descriptor, bytes: Int) throws(Errno) {
            let consumed = try Memory(ring, bytes: Memory.pageBytes)
            let produced = try Memory(
                ring, from: Memory.pageBytes, bytes: Memory.pageBytes, isWritable: false)
            self.ring = ring
            self.consumed = consumed
            self.produced = produced
            self.bytes = bytes
        }

        /// Takes at most `most` records, of `words` words each, one after the other.
        ///
        /// Records of another size are left out.
        public mutating func take(most: Int, words: Int) throws(Errno) -> [UInt64] {
            var position = Int(consumed.word(at: 0))
            let end = Int(produced.word(at: 0))
            var records: [UInt64] = []
            if position == end { return records }
            let record = 8 * (words + 1)
            // The kernel has the data twice, one behind the other, so that no record is cut in two; it
            // is mapped as long as it is read, since it would count as ours.
            let first = position % bytes / Memory.pageBytes * Memory.pageBytes
            let base = position - position % bytes + first
            let room = (end - base + Memory.pageBytes - 1) / Memory.pageBytes * Memory.pageBytes
            let data = try Memory(
                ring, from: 2 * Memory.pageBytes + first, bytes: room, isWritable: false)
            var count = 0
            while position < end, count < most {
                let header = data.word(at: position - base)
                if header & busy != 0 { break }
                let length = Int(header & lengthMask)
                let isOurs = header & discarded == 0 && length + 8 == record
                if isOurs {
                    for word in 1...words {
                        records.append(data.word(at: position - base + 8 * word))
                    }
                }
                position += (length + 15) / 8 * 8
                count += 1
            }
            // Linux: with less than a full barrier here the kernel does not see that it has to wake us;
            // GUARD.md, 6.18: it slept for good.
            consumed.store(UInt64(position), at: 0)
            return records
        }
    }
}

// A record's header: 30 bits of length, and these; linux/bpf.h, BPF_RINGBUF_BUSY_BIT.
private let busy: UInt64 = 1 << 31
private let discarded: UInt64 = 1 << 30
private let lengthMask: UInt64 = 1 << 30 - 1
