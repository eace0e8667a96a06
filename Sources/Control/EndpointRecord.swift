public import Text
internal import Varlink

/// One endpoint as the daemon tells it, or a range of them that share all else.
public struct EndpointRecord: Equatable {
    /// `tcp` or `udp`.
    public let transport: Text
    /// `*` is every address of both families.
    public let address: Text
    /// The only port, or the first of a range.
    public let port: Int
    /// The last port of a range.
    public let last: Int?

    /// Tells of an endpoint.
    public init(transport: Text, address: Text, port: Int, last: Int? = nil) {
        self.transport = transport
        self.address = address
        self.port = port
        self.last = last
    }

    /// Reads the interface's type Endpoint; nil for anything else.
    init?(_ json: JSON) {
        guard let members = json.object, let transport = members.value(Name.transport)?.string,
            let address = members.value(Name.address)?.string,
            let port = members.value(Name.port)?.integer
        else { return nil }
        self.init(
            transport: transport, address: address, port: port,
            last: members.value(Name.last)?.integer)
    }

    /// As the interface's type Endpoint.
    var json: JSON {
        var members = [
            Member(Name.transport, .string(transport)), Member(Name.address, .string(address)),
            Member(Name.port, .integer(port)),
        ]
        if let last { members.append(Member(Name.last, .integer(last))) }
        return .object(members)
    }
}

/// Names of members: made once, and not for each of ten thousand records.
private enum Name {
    static let transport: Text = "protocol"
    static let address: Text = "address"
    static let port: Text = "port"
    static let last: Text = "last"
}
