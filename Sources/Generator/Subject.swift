internal import Reservations
internal import Text

/// A service that has reservations, and its units.
struct Subject {
    let file: ConfigurationFile
    /// Units that bind, by themselves or by what they start.
    private(set) var units: [UnitName]
    /// Units of sockets that systemd binds, on ports that may be the service's.
    let sockets: [SocketUnit]

    /// Finds the units of the service: all that `unit` names in its file, since each may be the one
    /// that binds, else the ones of its name.
    init(_ file: ConfigurationFile, among known: KnownUnits) {
        self.file = file
        let own = UnitName(of: file.service)
        let named = file.units.map { UnitName($0) }
        units = named.filter { $0.section != nil }.map { known.real($0) }
        if units.isEmpty {
            units = [known.real(own)]
            if let template = known.template(beside: own) { units.append(template) }
        }
        let near = known.sockets.filter { $0.ports.contains { file.reserves($0, nil) } }
        if near.isEmpty {
            sockets = []
            return
        }
        // The daemon knows NAME.socket and instances of NAME for the service's own.
        let given = [own, own.template, own.with(type: "socket")] + named
        let names = given + given.map { known.real($0) }
        sockets = near.filter { socket in
            let service = known.real(socket.service)
            return names.contains(socket.name) || names.contains(service)
                || service.isOfTemplate && names.contains(service.template)
        }
    }

    /// Whether names have to be looked up before it is known which sockets matter.
    var needsNames: Bool { !sockets.isEmpty && file.needsNames }

    /// All units that have to ask for the release before they start.
    ///
    /// A service asks even where a socket unit does: that may not be in use, and the guard lets in
    /// who has asked. A hold that is shared is in no socket unit's way: systemd sets SO_REUSEADDR.
    func asking(_ names: ServicesDatabase?) -> [UnitName] {
        units
            + sockets.filter { socket in
                socket.ports.contains { file.reserves($0, names) } && !units.contains(socket.name)
            }.map { $0.name }
    }
}

extension ConfigurationFile {
    /// Whether a hold for this file would refuse a bind there; without `names`, whether it might.
    fileprivate func reserves(_ place: Listened, _ names: ServicesDatabase?) -> Bool {
        claims.contains { claim in
            if claim.share { return false }
            if let transport = claim.transport, transport != place.transport { return false }
            let isSameAddress =
                claim.address == .any || place.address == .any || claim.address == place.address
            guard isSameAddress else { return false }
            switch claim.ports {
            case .numbered(let range): return range.contains(place.port)
            case .named(let name):
                return names.map { $0.port(of: name, place.transport) == place.port } ?? true
            }
        }
    }
}
