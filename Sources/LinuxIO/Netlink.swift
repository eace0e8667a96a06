internal import CLinux

extension Descriptor {
    /// A netlink socket at the kernel's sock_diag; nothing waits at it.
    public static func socketDiagnosis() throws(Errno) -> Descriptor {
        let kind =
            Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        return Descriptor(owning: try ask { socket(AF_NETLINK, kind, NETLINK_SOCK_DIAG) })
    }

    /// From now on the kernel tells here of each internet socket that it destroys.
    public borrowing func joinDestroyedSockets() throws(Errno) {
        // Linux: a netlink socket without a number of its own passes for the sender, the kernel,
        // and is left out; it has one after a bind, 6.18, DeparturesTests.
        var name = sockaddr_nl()
        name.nl_family = sa_family_t(AF_NETLINK)
        try unsafe bind(&name)
        let groups = [
            SKNLGRP_INET_TCP_DESTROY, SKNLGRP_INET_UDP_DESTROY, SKNLGRP_INET6_TCP_DESTROY,
            SKNLGRP_INET6_UDP_DESTROY,
        ]
        for group in groups {
            try set(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, Int32(group.rawValue))
        }
    }

    /// Takes the kernel's next datagram into the front of `buffer`, and says how long it was.
    ///
    /// More than the buffer holds: the rest is lost. 0: it was not the kernel's. Throws
    /// `.wouldBlock` where there is none, `.noBufferSpace` once where the kernel had to drop some.
    public borrowing func receiveFromKernel(into buffer: inout [UInt8]) throws(Errno) -> Int {
        let number = number
        var sender = sockaddr_nl()
        var senderSize = socklen_t(MemoryLayout<sockaddr_nl>.size)
        // MSG_TRUNC: the answer is the length of the datagram, not of what there was room for.
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_TRUNC)
        var span = buffer.mutableSpan
        let count = try unsafe span.withUnsafeMutableBytes { room throws(Errno) in
            try unsafe withUnsafeMutablePointer(to: &sender) { name throws(Errno) in
                let name = unsafe UnsafeMutableRawPointer(name).assumingMemoryBound(
                    to: sockaddr.self)
                return try ask {
                    unsafe recvfrom(number, room.baseAddress, room.count, flags, name, &senderSize)
                }
            }
        }
        // The port 0 is the kernel's own; any process with CAP_NET_ADMIN may write to ours.
        return sender.nl_pid == 0 ? count : 0
    }
}

extension Errno {
    /// ENOBUFS.
    public static let noBufferSpace = Errno(ENOBUFS)
    /// ENOSPC.
    public static let noSpace = Errno(ENOSPC)
    /// ENODEV.
    public static let noDevice = Errno(ENODEV)
    /// ESRCH.
    public static let noProcess = Errno(ESRCH)
}
