internal import LinuxIO
internal import Reservations

extension Endpoint {
    /// A hold of it.
    @inline(never)
    func bound(beside neighbours: Neighbours) throws(Errno) -> Descriptor {
        func socket(_ address: InternetAddress) throws(Errno) -> Descriptor {
            try holdingSocket(transport.kernels, address, port: port, beside: neighbours)
        }
        switch address {
        case .ipv4(let number): return try socket(.ipv4(number))
        case .ipv6(let high, let low): return try socket(.ipv6(high: high, low: low))
        case .any:
            do throws(Errno) {
                return try socket(.anyOfBothFamilies)
            } catch .familyNotSupported {
                return try socket(.anyIPv4)
            }
        }
    }
}
