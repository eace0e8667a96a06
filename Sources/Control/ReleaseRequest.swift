public import Reservations
internal import Text

/// What one datagram to `Places.releaseSocket` asks for, as since 0.0.5: a bare service name,
/// without a NUL, or `*`.
public enum ReleaseRequest: Equatable {
    case service(ServiceName)
    /// Every service; what is permanent stays.
    case everyService

    /// Reads a datagram; nil when no service can have such a name.
    public init?(datagram: [UInt8]) {
        if datagram == ReleaseRequest.everyService.datagram {
            self = .everyService
            return
        }
        let name = ServiceName(Text(datagram))
        let isFileName = !datagram.contains(0) && !datagram.contains(UInt8(ascii: "/"))
        guard name.isService, isFileName else { return nil }
        self = .service(name)
    }

    /// The datagram that asks for it.
    public var datagram: [UInt8] {
        switch self {
        case .service(let name): name.bytes
        case .everyService: [UInt8(ascii: "*")]
        }
    }
}
