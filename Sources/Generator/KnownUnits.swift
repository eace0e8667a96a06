internal import Reservations
internal import Text

/// What of a machine's units decides where a release belongs; which of them run is not known.
struct KnownUnits {
    /// Templates of services that are there, such as `openvpn@.service`.
    private var templates = NameSet()
    private var aliases: [(name: Text, real: Text)] = []
    private var aliasNames = NameSet()
    /// Templates whose instances serve one connection each, and bind nothing.
    private var accepted = NameSet()
    /// Those that listen on ports.
    private(set) var sockets: [SocketUnit] = []

    /// Adds a service that is there.
    mutating func add(service name: UnitName) {
        if name.isTemplate { templates.insert(ServiceName(name.text)) }
    }

    /// Adds another name of the unit `real`.
    mutating func add(alias name: UnitName, of real: UnitName) {
        aliasNames.insert(ServiceName(name.text))
        aliases.append((name.text, real.text))
    }

    /// Adds a socket unit that is whole.
    mutating func add(_ socket: SocketUnit) {
        if socket.isAccepting {
            accepted.insert(ServiceName(real(socket.service.template).text))
        }
        if !socket.ports.isEmpty { sockets.append(socket) }
    }

    /// The unit that `name` is another name of; itself where it is none.
    ///
    /// systemd: two drop-ins of one file name, below two names of a unit, are one of them.
    func real(_ name: UnitName) -> UnitName {
        var name = name
        // An alias of an alias is legal; a circle of them is not, but may be written.
        for _ in 0..<aliasesMax {
            guard let next = alias(name) ?? instanceOfAlias(name) else { return name }
            // systemd: a link to a template, by an instance, is to that one's instance.
            name = next.isTemplate ? next.with(instanceOf: name) : next
        }
        return name
    }

    private func alias(_ name: UnitName) -> UnitName? {
        if !aliasNames.contains(ServiceName(name.text)) { return nil }
        return aliases.first { $0.name == name.text }.map { UnitName($0.real) }
    }

    private func instanceOfAlias(_ name: UnitName) -> UnitName? {
        name.isOfTemplate ? alias(name.template) : nil
    }

    /// The template beside the service `name`, whose instances bind as it does.
    func template(beside name: UnitName) -> UnitName? {
        let template = real(name.template)
        let isThere =
            templates.contains(ServiceName(template.text))
            && !accepted.contains(ServiceName(template.text))
        return isThere ? template : nil
    }
}

private let aliasesMax = 8
