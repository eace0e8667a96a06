public import Text

/// A protocol that has ports to hold.
public enum TransportProtocol: UInt8, CaseIterable, Writable {
    case tcp
    case udp

    /// The protocol of that name in any case; nil for any other word.
    init?(_ text: ArraySlice<UInt8>) {
        switch Text(text.map { $0 | 0x20 }) {
        case "tcp": self = .tcp
        case "udp": self = .udp
        case _: return nil
        }
    }

    /// As it is written in a configuration file.
    public var text: Text {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        }
    }
}

/// What is held: protocol, address and port.
public struct Endpoint: Hashable, Writable {
    /// The protocol.
    public let transport: TransportProtocol
    /// The address, or all of them.
    public let address: Address
    /// 1 to 65535.
    public let port: UInt16

    /// Names an endpoint; `port` is not 0.
    public init(_ transport: TransportProtocol, _ address: Address, port: UInt16) {
        assert(port != 0, "port 0 is none")
        self.transport = transport
        self.address = address
        self.port = port
    }

    /// As it is written in a configuration file: `631/tcp`, `[::1]:5432/tcp`.
    public var text: Text {
        switch address {
        case .any: "\(port)/\(transport)"
        case .ipv4: "\(address):\(port)/\(transport)"
        case .ipv6: "[\(address)]:\(port)/\(transport)"
        }
    }
}
