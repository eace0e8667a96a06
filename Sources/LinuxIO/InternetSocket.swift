internal import CLinux

/// How an internet socket carries data.
public enum Transport {
    case tcp
    case udp
}

/// Where a socket is bound; numbers in host order, the most significant part first.
public enum InternetAddress: Equatable {
    case anyOfBothFamilies
    case anyIPv4
    case ipv4(UInt32)
    case ipv6(high: UInt64, low: UInt64)

    var family: Int32 {
        switch self {
        case .anyOfBothFamilies, .ipv6: AF_INET6
        case .anyIPv4, .ipv4: AF_INET
        }
    }
}

/// What a TCP hold may be bound beside; UDP has none of it.
public enum Neighbours {
    /// Nothing, not even what is left of a closed connection.
    case none
    /// What servers with SO_REUSEADDR have left: TIME_WAIT and connections; and one of them that has
    /// bound and does not listen yet.
    case timeWait
    /// The same, and later whoever sets SO_REUSEADDR, of whatever user.
    case servers
}

/// A bound socket that receives nothing and refuses everybody else: it only keeps its port.
///
/// Throws the kernel's reason; `.addressInUse` is somebody else's socket, or TIME_WAIT; beside
/// `.timeWait` only that of a client that had no SO_REUSEADDR. `.familyNotSupported` is a kernel without that family.
public func holdingSocket(
    _ transport: Transport, _ address: InternetAddress, port: UInt16,
    beside neighbours: Neighbours = .timeWait,
    beforeBind announce: (borrowing Descriptor) throws(Errno) -> Void = { _ throws(Errno) in }
) throws(Errno) -> Descriptor {
    let type = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
    let kind = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(owning: try ask { CLinux.socket(address.family, kind, 0) })
    if address.family == AF_INET6 {
        // The default is net.ipv6.bindv6only; only an explicit 0 keeps both families.
        let only: Int32 = address == .anyOfBothFamilies ? 0 : 1
        try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, only)
    }
    try socket.allowForeignAddress(address)
    try announce(socket)
    switch transport {
    case .tcp:
        // Linux: TIME_WAIT refuses a bind without SO_REUSEADDR; left on, any local user may bind
        // beside us. KERNEL.md holds 1 and 2, HoldingSocketTests.
        if neighbours != .none { try socket.letOthersBeside(true) }
        try socket.bind(address, port)
        if neighbours == .timeWait { try socket.letOthersBeside(false) }
    case .udp:
        // Before the bind: a datagram that came between would stay queued where nobody reads.
        _ = try ask { clinux_drop_datagrams(socket.number) }
        // UDP has no TIME_WAIT, and with SO_REUSEADDR the bind would succeed beside a server that
        // has it too, and take its datagrams: KERNEL.md hold 6, HoldingSocketTests.
        try socket.bind(address, port)
    }
    return socket
}

extension Descriptor {
    borrowing func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(Errno) {
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = try unsafe withUnsafePointer(to: value) { value throws(Errno) in
            try ask { unsafe setsockopt(number, level, option, value, size) }
        }
    }

    /// Lets others bind beside this TCP socket who set SO_REUSEADDR, or does so no longer.
    ///
    /// Linux: the option of a bound socket may be changed; who is beside it already stays. KERNEL.md
    /// hold 1, HoldingSocketTests.
    public borrowing func letOthersBeside(_ isOpen: Bool) throws(Errno) {
        try set(SOL_SOCKET, SO_REUSEADDR, isOpen ? 1 : 0)
    }

    /// Lets an address be bound that this machine does not have yet, as none is there at early boot.
    fileprivate borrowing func allowForeignAddress(_ address: InternetAddress) throws(Errno) {
        switch address {
        case .anyOfBothFamilies, .anyIPv4: break
        case .ipv4: try set(Int32(IPPROTO_IP), IP_FREEBIND, 1)
        case .ipv6: try set(Int32(IPPROTO_IPV6), IPV6_FREEBIND, 1)
        }
    }

    /// The port that this socket is bound to, 0 for none.
    public borrowing func boundPort() throws(Errno) -> UInt16 {
        // It stands at the same place in sockaddr_in.
        UInt16(bigEndian: try boundName().sin6_port)
    }

    /// Whether this is a socket of that protocol, bound there.
    public borrowing func isBound(
        _ transport: Transport, _ address: InternetAddress, port: UInt16
    ) -> Bool {
        let number = number
        var type: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe getsockopt(number, SOL_SOCKET, SO_TYPE, &type, &size)
        let wanted = transport == .tcp ? SOCK_STREAM : SOCK_DGRAM
        guard type == Int32(wanted.rawValue), var name = try? boundName(),
            UInt16(bigEndian: name.sin6_port) == port
        else { return false }
        if Int32(name.sin6_family) != address.family { return false }
        return unsafe withUnsafeBytes(of: &name) { bytes in
            // Where sockaddr_in and sockaddr_in6 have their addresses.
            let words = unsafe (
                bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
            )
            let (high, low) = (UInt64(bigEndian: words.1), UInt64(bigEndian: words.2))
            switch address {
            case .anyIPv4: return words.0 == 0
            case .ipv4(let wanted): return UInt32(bigEndian: words.0) == wanted
            case .anyOfBothFamilies: return high == 0 && low == 0
            case .ipv6(let first, let second): return high == first && low == second
            }
        }
    }

    private borrowing func boundName() throws(Errno) -> sockaddr_in6 {
        var name = sockaddr_in6()
        try readName(into: &name)
        return name
    }

    fileprivate borrowing func bind(_ address: InternetAddress, _ port: UInt16) throws(Errno) {
        switch address {
        case .anyOfBothFamilies: try bind(ipv6High: 0, low: 0, port)
        case .ipv6(let high, let low): try bind(ipv6High: high, low: low, port)
        case .anyIPv4: try bind(ipv4: 0, port)
        case .ipv4(let address): try bind(ipv4: address, port)
        }
    }

    private borrowing func bind(ipv4 address: UInt32, _ port: UInt16) throws(Errno) {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = address.bigEndian
        try unsafe bind(&name)
    }

    private borrowing func bind(ipv6High high: UInt64, low: UInt64, _ port: UInt16) throws(Errno) {
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = port.bigEndian
        let halves = [high.bigEndian, low.bigEndian]
        unsafe halves.withUnsafeBytes { bytes in
            unsafe withUnsafeMutableBytes(of: &name.sin6_addr) { unsafe $0.copyBytes(from: bytes) }
        }
        try unsafe bind(&name)
    }

    /// Binds to `name`, which is one of libc's sockaddr structures.
    borrowing func bind<Name>(
        _ name: UnsafePointer<Name>, size: Int = MemoryLayout<Name>.size
    ) throws(Errno) {
        let general = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: sockaddr.self)
        _ = try ask { unsafe CLinux.bind(number, general, socklen_t(size)) }
    }
}
