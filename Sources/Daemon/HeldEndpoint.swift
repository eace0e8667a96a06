internal import LinuxIO
internal import Reservations

extension Endpoint {
    /// A hold of it; `announce` is told of the socket before it is bound.
    @inline(never)
    func bound(
        beside neighbours: Neighbours, _ announce: (borrowing Descriptor) throws(Errno) -> Void
    ) throws(Errno) -> Descriptor {
        func socket(_ address: InternetAddress) throws(Errno) -> Descriptor {
            try holdingSocket(
                transport.kernels, address, port: port, beside: neighbours, beforeBind: announce)
        }
        if let address = address.kernels { return try socket(address) }
        do throws(Errno) {
            return try socket(.anyOfBothFamilies)
        } catch .familyNotSupported {
            return try socket(.anyIPv4)
        }
    }
}

extension Address {
    /// The kernel's; nil: all of them.
    var kernels: InternetAddress? {
        switch self {
        case .any: nil
        case .ipv4(let number): .ipv4(number)
        case .ipv6(let high, let low): .ipv6(high: high, low: low)
        }
    }
}
