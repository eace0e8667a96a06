internal import Text

/// Why a claim is ignored.
struct Refusal: Error {
    private(set) var why: Text

    init(why: Text) { self.why = why }

    /// A name that the database does not have, or not for the protocol that is asked for.
    init(unnamed claim: Claim, _ database: ServicesDatabase?) {
        guard case .named(let name) = claim.ports, let database else {
            fatalError("ports that are numbers need no name")
        }
        why = "no port, and no name in \(database.path)"
        let isKnown = TransportProtocol.allCases.contains { database.port(of: name, $0) != nil }
        if isKnown, let wanted = claim.transport {
            why = "\(database.path) does not name it for \(wanted)"
        }
    }
}
