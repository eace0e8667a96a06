public import LinuxIO
internal import Text

/// What a search found.
public struct FoundSockets: Equatable {
    /// The sockets, IPv4 before IPv6.
    public internal(set) var sockets: [FoundSocket] = []
    /// Whether there were more than a search tells of.
    public internal(set) var isCut = false

    /// Nothing.
    public init() {}
}

/// The sockets of this network namespace whose local port is in `ports`.
///
/// Of the kernel's word alone, in one go, with nothing left open. Refusals are the kernel's:
/// `.noEntry` is one without sock_diag for `transport`.
public func findSockets(
    _ transport: Transport, ports: [ClosedRange<UInt16>], _ scope: FoundSocket.Scope = .everything
) throws(Errno) -> FoundSockets {
    let netlink = try Descriptor.socketDiagnosis()
    var found = FoundSockets()
    for isIPv6 in [false, true] where !found.isCut {
        let sequence: UInt32 = isIPv6 ? 2 : 1
        try netlink.askForSockets(
            transport, isIPv6: isIPv6, ports: ports, scope, sequence: sequence)
        try found.take(transport, ports, sequence, from: netlink)
    }
    return found
}

extension FoundSockets {
    /// Reads the answer to one request to its end, or until it is too much.
    fileprivate mutating func take(
        _ transport: Transport, _ ports: [ClosedRange<UInt16>], _ sequence: UInt32,
        from netlink: borrowing Descriptor
    ) throws(Errno) {
        var buffer = [UInt8](repeating: 0, count: Limits.datagramBytes)
        for _ in 0..<Limits.datagrams {
            // The kernel makes a dump while it is read: what is not there now will not come.
            let count = try netlink.receiveFromKernel(into: &buffer)
            if count > buffer.count { isCut = true }
            let messages = FoundSocket.messages(
                in: buffer.prefix(count), sequence: sequence, transport: transport)
            for message in messages {
                switch message {
                case .socket(let socket): add(socket, ports)
                case .end: return
                case .refused(let refusal): throw refusal
                }
            }
            if isCut { return }
        }
        isCut = true
    }

    private mutating func add(_ socket: FoundSocket, _ ports: [ClosedRange<UInt16>]) {
        guard ports.contains(where: { $0.contains(socket.port) }) else { return }
        if sockets.count < Limits.foundSockets {
            sockets.append(socket)
        } else {
            isCut = true
        }
    }
}

/// The ports of a list, in any order, as ranges: as few as it takes.
public func ranges(of ports: [UInt16]) -> [ClosedRange<UInt16>] {
    var ranges: [ClosedRange<UInt16>] = []
    for number in rising(ports.map { Int($0) }) {
        let port = UInt16(number)
        if let last = ranges.last, port >= last.upperBound, port - last.upperBound <= 1 {
            ranges[ranges.count - 1] = last.lowerBound...port
        } else {
            ranges.append(port...port)
        }
    }
    return ranges
}
