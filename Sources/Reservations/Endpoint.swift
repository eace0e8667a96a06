public import Text

/// A protocol that has ports to hold.
public enum TransportProtocol: UInt8, CaseIterable, Writable {
    case tcp
    case udp

    /// The protocol of that name in any case; nil for any other word.
    init?(_ text: ArraySlice<UInt8>) {
        let tcp = [UInt8(ascii: "t"), UInt8(ascii: "c"), UInt8(ascii: "p")]
        let udp = [UInt8(ascii: "u"), UInt8(ascii: "d"), UInt8(ascii: "p")]
        // No byte but a letter becomes one of these letters by this bit.
        func isSame(_ one: UInt8, _ other: UInt8) -> Bool { one | 0x20 == other }
        if text.elementsEqual(tcp, by: isSame) {
            self = .tcp
        } else if text.elementsEqual(udp, by: isSame) {
            self = .udp
        } else {
            return nil
        }
    }

    /// As it is written in a configuration file.
    public var text: Text {
        switch self {
        case .tcp: Word.tcp
        case .udp: Word.udp
        }
    }

    /// Made once, and not for each of ten thousand endpoints.
    private enum Word {
        static let tcp: Text = "tcp"
        static let udp: Text = "udp"
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
