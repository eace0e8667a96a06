internal import CLinux

extension Descriptor {
    /// The number that the kernel gives to this socket and to no other while it is up.
    public borrowing func cookie() throws(Errno) -> UInt64 { try word(SO_COOKIE) }

    private borrowing func word(_ option: Int32) throws(Errno) -> UInt64 {
        let number = number
        var value: UInt64 = 0
        var size = socklen_t(MemoryLayout<UInt64>.size)
        _ = try ask { unsafe getsockopt(number, SOL_SOCKET, option, &value, &size) }
        return value
    }

    /// The number that the kernel gives to this process's network namespace and to no other.
    public static func networkCookie() throws(Errno) -> UInt64 {
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        // A socket of any family has it, and this one every kernel has.
        let socket = Descriptor(owning: try ask { CLinux.socket(AF_UNIX, kind, 0) })
        return try socket.word(SO_NETNS_COOKIE)
    }
}
