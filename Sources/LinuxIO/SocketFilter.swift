internal import CLinux

extension Descriptor {
    /// One step of a filter that the kernel runs over each datagram; a jump counts skipped steps.
    public enum FilterStep: Equatable {
        /// Looks at the two bytes, most significant first, at an offset; without them: `drop`.
        case load(offset: Int)
        case ifEqual(UInt16, skip: Int, otherwise: Int)
        case ifGreater(UInt16, skip: Int, otherwise: Int)
        case ifAtLeast(UInt16, skip: Int, otherwise: Int)
        case pass
        case drop
    }

    /// Lets only those datagrams in that `steps` pass, in place of a filter before.
    ///
    /// What is queued already stays.
    public borrowing func attachFilter(_ steps: [FilterStep]) throws(Errno) {
        let number = number
        var code: [sock_filter] = steps.map { $0.instruction }
        let count = UInt16(code.count)
        let size = unsafe socklen_t(MemoryLayout<sock_fprog>.size)
        var span = code.mutableSpan
        _ = try unsafe span.withUnsafeMutableBufferPointer { code throws(Errno) in
            var program = unsafe sock_fprog(len: count, filter: code.baseAddress)
            return try ask {
                unsafe setsockopt(number, SOL_SOCKET, SO_ATTACH_FILTER, &program, size)
            }
        }
    }
}

extension Descriptor.FilterStep {
    fileprivate var instruction: sock_filter {
        switch self {
        case .load(let offset):
            sock_filter(
                code: UInt16(BPF_LD | BPF_H | BPF_ABS), jt: 0, jf: 0, k: UInt32(offset))
        case .ifEqual(let value, let skip, let otherwise): jump(BPF_JEQ, value, skip, otherwise)
        case .ifGreater(let value, let skip, let otherwise): jump(BPF_JGT, value, skip, otherwise)
        case .ifAtLeast(let value, let skip, let otherwise): jump(BPF_JGE, value, skip, otherwise)
        case .pass: sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: UInt32.max)
        case .drop: sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: 0)
        }
    }

    private func jump(
        _ kind: Int32, _ value: UInt16, _ skip: Int, _ otherwise: Int
    ) -> sock_filter {
        sock_filter(
            code: UInt16(BPF_JMP | kind | BPF_K), jt: UInt8(skip), jf: UInt8(otherwise),
            k: UInt32(value))
    }
}
