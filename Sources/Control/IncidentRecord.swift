public import Text
public import Varlink

/// Somebody went for a port that was not theirs, as the daemon tells it.
public struct IncidentRecord: Equatable {
    /// What became of it.
    public enum Kind: CaseIterable {
        /// The guard refused a bind.
        case refused
        /// Somebody else had the endpoint when we wanted it.
        case busy

        /// The interface's word.
        public var text: Text {
            switch self {
            case .refused: "refused"
            case .busy: "busy"
            }
        }
    }

    /// What became of it.
    public let kind: Kind
    /// The name of the file of the service whose endpoint it was.
    public let service: Text
    /// The endpoint that was gone for.
    public let endpoint: EndpointRecord
    /// Who did it last, as far as it is known and the reader may know.
    public let by: HolderRecord?
    /// When it was last, in microseconds since 1970.
    public let at: Int
    /// How often it was.
    public let count: Int

    /// Tells of an incident.
    public init(
        kind: Kind, service: Text, endpoint: EndpointRecord, by: HolderRecord?, at: Int, count: Int
    ) {
        self.kind = kind
        self.service = service
        self.endpoint = endpoint
        self.by = by
        self.at = at
        self.count = count
    }

    /// Reads the interface's type Incident; nil for anything else.
    ///
    /// What is new in it is ignored.
    public init?(_ json: JSON) {
        guard let members = json.object, let word = members.value("kind")?.string,
            let kind = Kind.allCases.first(where: { $0.text == word }),
            let service = members.value("service")?.string,
            let endpoint = members.value("endpoint").flatMap({ EndpointRecord($0) }),
            let at = members.value("at")?.integer, let count = members.value("count")?.integer
        else { return nil }
        self.init(
            kind: kind, service: service, endpoint: endpoint,
            by: members.value("by").flatMap { HolderRecord($0) }, at: at, count: count)
    }

    /// As the interface's type Incident; what is nil is left out.
    public var json: JSON {
        var members = [
            Member("kind", .string(kind.text)), Member("service", .string(service)),
            Member("endpoint", endpoint.json),
        ]
        if let by { members.append(Member("by", by.json)) }
        members.append(Member("at", .integer(at)))
        members.append(Member("count", .integer(count)))
        return .object(members)
    }

    /// The parameters of one reply of Incidents and Watch.
    public var parameters: [Member] { [Member("incident", json)] }
}
