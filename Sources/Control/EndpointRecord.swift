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
        guard let members = json.object, let transport = members.value("protocol")?.string,
            let address = members.value("address")?.string,
            let port = members.value("port")?.integer
        else { return nil }
        self.init(
            transport: transport, address: address, port: port,
            last: members.value("last")?.integer)
    }

    /// As the interface's type Endpoint.
    var json: JSON {
        var members = [
            Member(names.transport, .string(transport)), Member(names.address, .string(address)),
            Member(names.port, .integer(port)),
        ]
        if let last { members.append(Member(names.last, .integer(last))) }
        return .object(members)
    }
}

/// Names of members: made once, and not for each of ten thousand records.
private struct Names {
    let transport: Text = "protocol"
    let address: Text = "address"
    let port: Text = "port"
    let last: Text = "last"
}

private let names = Names()
