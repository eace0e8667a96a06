internal import CLinux

/// An internet socket of whatever process, as the kernel's sock_diag tells of it.
public struct FoundSocket: Equatable {
    /// What keeps the port.
    public enum State: Equatable {
        case listening
        /// TCP: neither listening nor connected, told by Linux 6.8 and later; UDP: not connected.
        case bound
        case connection
        /// What is left of a connection; nothing happens until that much time has passed.
        case timeWait(milliseconds: Int)
    }

    /// How it carries data.
    public let transport: Transport
    /// What keeps the port.
    public let state: State
    /// Where it is bound; IPv4 on an IPv6 socket is IPv4.
    ///
    /// `::` is both families where the kernel did not say that it is IPv6 alone.
    public let address: InternetAddress
    /// The port it is bound to, 0 for none.
    public let port: UInt16
    /// Where it is connected to, if `remotePort` is not 0.
    public let remoteAddress: InternetAddress
    /// The port at the other side, 0 where it is not connected.
    public let remotePort: UInt16
    /// What /proc/PID/fd of its owners shows; 0 where it has none any more, and in all news.
    public let inode: UInt32
    /// Who made it; means nothing where `inode` is 0.
    public let uid: UInt32
    /// Unlike any other socket's since boot.
    public let cookie: UInt64
    /// The id of the cgroup it was made in, as Linux 5.9 and later tell of sockets with an inode.
    public let cgroup: UInt64?
}

extension FoundSocket {
    /// What one message from sock_diag says.
    public enum Message: Equatable {
        case socket(FoundSocket)
        case end
        case refused(Errno)
    }

    /// Where in a message the local port is, for a filter.
    public static var localPortOffset: Int { Int(clinux_local_port_offset) }
    /// Where in a message the remote port is, for a filter.
    public static var remotePortOffset: Int { Int(clinux_remote_port_offset) }

    /// The messages in one datagram that answer the request `sequence`, up to a malformed one.
    ///
    /// News that nobody asked for have the sequence 0. `transport` is what was asked for, since
    /// answers do not repeat it; nil where the messages tell.
    public static func messages(
        in datagram: ArraySlice<UInt8>, sequence: UInt32, transport: Transport?
    ) -> [Message] {
        var messages: [Message] = []
        var rest = datagram
        let headerBytes = MemoryLayout<nlmsghdr>.size
        while let header = load(nlmsghdr.self, from: rest) {
            let length = Int(header.nlmsg_len)
            guard length >= headerBytes, length <= rest.count else { break }
            let payload = rest.prefix(length).dropFirst(headerBytes)
            if header.nlmsg_seq == sequence,
                let message = message(header.nlmsg_type, payload, transport)
            {
                messages.append(message)
            }
            rest = rest.dropFirst(aligned(length))
        }
        return messages
    }

    private static func message(
        _ type: UInt16, _ payload: ArraySlice<UInt8>, _ transport: Transport?
    ) -> Message? {
        switch Int32(type) {
        case NLMSG_DONE:
            // The end of a dump carries its error too.
            let error = load(Int32.self, from: payload) ?? 0
            return error < 0 ? .refused(Errno(0 &- error)) : .end
        case NLMSG_ERROR:
            guard let error = load(Int32.self, from: payload), error < 0 else { return nil }
            return .refused(Errno(0 &- error))
        case NLMSG_OVERRUN: return .refused(.noBufferSpace)
        case SOCK_DIAG_BY_FAMILY:
            return FoundSocket(payload, transport).map { .socket($0) }
        case _: return nil
        }
    }
}

extension FoundSocket {
    /// Reads a `struct inet_diag_msg` and the attributes behind it.
    private init?(_ payload: ArraySlice<UInt8>, _ asked: Transport?) {
        guard let record = load(inet_diag_msg.self, from: payload) else { return nil }
        let isIPv6 = record.idiag_family == UInt8(AF_INET6)
        guard isIPv6 || record.idiag_family == UInt8(AF_INET) else { return nil }
        let more = Attributes(payload.dropFirst(aligned(MemoryLayout<inet_diag_msg>.size)))
        guard let transport = asked ?? more.transport else { return nil }
        let identity = record.id
        self.transport = transport
        state = FoundSocket.state(of: record, transport)
        address = internetAddress(identity.idiag_src, isIPv6, isIPv6Only: more.isIPv6Only)
        port = UInt16(bigEndian: identity.idiag_sport)
        remoteAddress = internetAddress(identity.idiag_dst, isIPv6, isIPv6Only: more.isIPv6Only)
        remotePort = UInt16(bigEndian: identity.idiag_dport)
        inode = record.idiag_inode
        uid = record.idiag_uid
        cookie = UInt64(identity.idiag_cookie.0) | UInt64(identity.idiag_cookie.1) << 32
        cgroup = more.cgroup
    }

    private static func state(of record: inet_diag_msg, _ transport: Transport) -> State {
        // A TIME_WAIT that stands for a FIN_WAIT2 keeps its port as well: by the timer's kind.
        if record.idiag_timer == 3 { return .timeWait(milliseconds: Int(record.idiag_expires)) }
        switch Int(record.idiag_state) {
        case TCP_TIME_WAIT: return .timeWait(milliseconds: Int(record.idiag_expires))
        case TCP_LISTEN: return .listening
        case TCP_CLOSE, Int(clinux_tcp_bound_inactive): return .bound
        case _: return .connection
        }
    }
}

/// The attributes of a message that are wanted here.
private struct Attributes {
    var isIPv6Only = false
    var transport: Transport?
    var cgroup: UInt64?

    init(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        let headerBytes = MemoryLayout<nlattr>.size
        while let header = load(nlattr.self, from: rest) {
            let length = Int(header.nla_len)
            guard length >= headerBytes, length <= rest.count else { break }
            take(Int(header.nla_type), rest.prefix(length).dropFirst(headerBytes))
            rest = rest.dropFirst(aligned(length))
        }
    }

    private mutating func take(_ type: Int, _ value: ArraySlice<UInt8>) {
        switch type {
        case INET_DIAG_SKV6ONLY: isIPv6Only = value.first == 1
        case INET_DIAG_CGROUP_ID: cgroup = load(UInt64.self, from: value)
        case INET_DIAG_PROTOCOL:
            transport =
                value.first == UInt8(IPPROTO_TCP)
                ? .tcp : value.first == UInt8(IPPROTO_UDP) ? .udp : nil
        case _: break
        }
    }
}

private func internetAddress(
    _ words: (UInt32, UInt32, UInt32, UInt32), _ isIPv6: Bool, isIPv6Only: Bool
) -> InternetAddress {
    func pair(_ high: UInt32, _ low: UInt32) -> UInt64 {
        UInt64(UInt32(bigEndian: high)) << 32 | UInt64(UInt32(bigEndian: low))
    }
    func ipv4(_ number: UInt32) -> InternetAddress { number == 0 ? .anyIPv4 : .ipv4(number) }
    if !isIPv6 { return ipv4(UInt32(bigEndian: words.0)) }
    let (high, low) = (pair(words.0, words.1), pair(words.2, words.3))
    // ::ffff:a.b.c.d, RFC 4291.
    if high == 0, low >> 32 == 0xffff { return ipv4(UInt32(truncatingIfNeeded: low)) }
    if high == 0, low == 0, !isIPv6Only { return .anyOfBothFamilies }
    return .ipv6(high: high, low: low)
}

/// The first value of that type in `bytes`, nil where they are too few.
func load<Value: BitwiseCopyable>(_ type: Value.Type, from bytes: ArraySlice<UInt8>) -> Value? {
    if bytes.count < MemoryLayout<Value>.size { return nil }
    return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: type) }
}

/// Netlink aligns what follows to four bytes.
private func aligned(_ length: Int) -> Int { (length + 3) & ~3 }
