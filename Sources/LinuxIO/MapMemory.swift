internal import CLinux
internal import Synchronization

extension Descriptor.Map {
    /// A part of a map's memory, or of a ring's, mapped as long as it is owned.
    ///
    /// Programs of the kernel, and other processors, read it at any moment: each store is of one whole
    /// word, and what was stored before it is seen before it. Mapped pages count as resident.
    @safe public struct Memory: ~Copyable {
        private let start: UnsafeMutableRawPointer
        /// How much there is.
        public let bytes: Int

        /// Maps `bytes` of `map` from `offset` on, which are whole pages.
        public init(
            _ map: borrowing Descriptor, from offset: Int = 0, bytes: Int, isWritable: Bool = true
        ) throws(Errno) {
            let rights = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
            let number = map.number
            let answer = try ask {
                unsafe Int(bitPattern: mmap(nil, bytes, rights, MAP_SHARED, number, offset))
            }
            guard let start = unsafe UnsafeMutableRawPointer(bitPattern: answer) else {
                fatalError("a mapping at no address")
            }
            unsafe self.start = start
            self.bytes = bytes
        }

        deinit { _ = unsafe munmap(start, bytes) }

        /// The word at an offset in bytes; what was written before it is seen.
        public borrowing func word(at offset: Int) -> UInt64 {
            unsafe atomic(UInt64.self, at: offset).pointee.load(ordering: .acquiring)
        }

        /// Stores a word.
        public borrowing func store(_ word: UInt64, at offset: Int) {
            // Sequentially consistent, a full barrier: who then reads another word sees what was stored
            // there before this one was read.
            unsafe atomic(UInt64.self, at: offset).pointee.store(
                word, ordering: .sequentiallyConsistent)
        }

        /// Stores a word where `expected` is; false where something else is.
        public borrowing func replace(
            _ expected: UInt64, by word: UInt64, at offset: Int
        ) -> Bool {
            unsafe atomic(UInt64.self, at: offset).pointee.compareExchange(
                expected: expected, desired: word, ordering: .sequentiallyConsistent
            ).exchanged
        }

        /// Stores the same 16 bits `count` times from `offset` on.
        public borrowing func fill(_ half: UInt16, at offset: Int, count: Int) {
            for index in 0..<count {
                unsafe atomic(UInt16.self, at: offset + 2 * index).pointee.store(
                    half, ordering: .releasing)
            }
        }

        private borrowing func atomic<Value: AtomicRepresentable>(
            _: Value.Type, at offset: Int
        ) -> UnsafeMutablePointer<Atomic<Value>> {
            let size = MemoryLayout<Value>.size
            precondition(
                offset >= 0 && offset % size == 0 && offset + size <= bytes, "out of the map")
            return unsafe (start + offset).assumingMemoryBound(to: Atomic<Value>.self)
        }

        /// The size of a page.
        public static var pageBytes: Int { sysconf(Int32(_SC_PAGESIZE)) }

        /// Waits until every program that reads at this moment has ended; false where that cannot be
        /// had.
        public static func waitForReaders() -> Bool { clinux_barrier() == 0 }
    }
}
