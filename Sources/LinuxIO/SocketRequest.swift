internal import CLinux

extension FoundSocket {
    /// Which sockets are asked for; of UDP always all.
    ///
    /// The cost is the walk through the kernel's tables, whatever the ports: on 6.18 with tables of
    /// 262,144 connections and 65,536 ports 2 ms a family for each, and 40 us for listeners.
    public enum Scope {
        case everything
        case listening
        /// Those that are bound and neither listen nor have a peer; Linux tells of them from 6.8 on.
        case bound
        /// Both of these.
        case withoutConnections
    }

    /// Ranges of ports that the kernel filters by; with more it tells of every port.
    public static let filteredRangesMax = 128
}

extension Descriptor {
    /// Asks the kernel for a dump of sockets of one family; ask for another when it has ended.
    public borrowing func askForSockets(
        _ transport: Transport, isIPv6: Bool, ports: [ClosedRange<UInt16>],
        _ scope: FoundSocket.Scope, sequence: UInt32
    ) throws(Errno) {
        let request = socketRequest(
            transport, isIPv6: isIPv6, ports: ports, scope, sequence: sequence)
        try send(request.span)
    }
}

func socketRequest(
    _ transport: Transport, isIPv6: Bool, ports: [ClosedRange<UInt16>],
    _ scope: FoundSocket.Scope, sequence: UInt32
) -> [UInt8] {
    var request = inet_diag_req_v2()
    request.sdiag_family = UInt8(isIPv6 ? AF_INET6 : AF_INET)
    request.sdiag_protocol = UInt8(transport == .tcp ? IPPROTO_TCP : IPPROTO_UDP)
    request.idiag_states = states(transport, scope)
    var code: [UInt8] = []
    let isFiltered = ports.count <= FoundSocket.filteredRangesMax
    if isFiltered {
        let steps = portFilter(ports)
        var attribute = nlattr()
        attribute.nla_type = UInt16(INET_DIAG_REQ_BYTECODE)
        attribute.nla_len = UInt16(MemoryLayout<nlattr>.size + steps.count)
        append(attribute, to: &code)
        code += steps
    }
    var header = nlmsghdr()
    header.nlmsg_type = UInt16(SOCK_DIAG_BY_FAMILY)
    header.nlmsg_flags = UInt16(NLM_F_REQUEST | NLM_F_DUMP)
    header.nlmsg_seq = sequence
    let fixedBytes = MemoryLayout<nlmsghdr>.size + MemoryLayout<inet_diag_req_v2>.size
    header.nlmsg_len = UInt32(fixedBytes + code.count)
    var bytes: [UInt8] = []
    append(header, to: &bytes)
    append(request, to: &bytes)
    return bytes + code
}

private func states(_ transport: Transport, _ scope: FoundSocket.Scope) -> UInt32 {
    // A kernel leaves out the states that it does not know.
    let all = UInt32(1) << (clinux_tcp_bound_inactive + 1) - 1
    if transport == .udp { return all }
    let listening = UInt32(1) << UInt32(TCP_LISTEN)
    let bound = UInt32(1) << UInt32(clinux_tcp_bound_inactive)
    return switch scope {
    case .everything: all
    case .listening: listening
    case .bound: bound
    case .withoutConnections: listening | bound
    }
}

/// The steps of inet_diag's own filter that let through a local port in any of `ranges`.
///
/// Each step says how many bytes to go on for yes and for no; the exact end of all steps is "let
/// through", four bytes more is "leave out". Only S_GE and S_LE, which every kernel has.
func portFilter(_ ranges: [ClosedRange<UInt16>]) -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, range) in ranges.enumerated() {
        let isLast = index == ranges.count - 1
        // To the next range, behind a jump; or past the end.
        let onward: UInt16 = 4
        append(step(INET_DIAG_BC_S_GE, yes: 8, no: 16 + onward), to: &bytes)
        append(step(0, yes: 0, no: range.lowerBound), to: &bytes)
        append(step(INET_DIAG_BC_S_LE, yes: 8, no: 8 + onward), to: &bytes)
        append(step(0, yes: 0, no: range.upperBound), to: &bytes)
        if !isLast {
            let behind = UInt16((ranges.count - 1 - index) * 20)
            append(step(INET_DIAG_BC_JMP, yes: 4, no: behind), to: &bytes)
        }
    }
    // No range at all: a jump past the end.
    if ranges.isEmpty { append(step(INET_DIAG_BC_JMP, yes: 4, no: 8), to: &bytes) }
    return bytes
}

private func step(_ code: Int, yes: UInt8, no: UInt16) -> inet_diag_bc_op {
    inet_diag_bc_op(code: UInt8(code), yes: yes, no: no)
}

private func append<Value: BitwiseCopyable>(_ value: Value, to bytes: inout [UInt8]) {
    unsafe withUnsafeBytes(of: value) { value in unsafe bytes.append(contentsOf: value) }
}
