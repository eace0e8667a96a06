public import Text
public import Varlink

/// What a client may ask of the daemon.
public enum Request: Equatable {
    /// The reservations of a service, or all.
    case list(Text?)
    /// All reservations, then each change.
    case watch
    /// Who went for a port that was not theirs.
    case incidents
    /// Lets a service go; `*` is every service.
    case release(Text)
    /// Holds a service again.
    case hold(Text)
    case reload(dryRun: Bool)

    /// Reads a call of our interface; throws the answer to one that cannot be met.
    public init(_ call: Call) throws(CallError) {
        var parameters = Parameters(call)
        let method = Text(call.method.bytes.dropFirst(reservationsInterfaceName.bytes.count + 1))
        switch method {
        case "List":
            self = .list(try parameters.optionalString("service"))
            if call.mode != .more { throw .expectedMore }
        case "Watch":
            self = .watch
            if call.mode != .more { throw .expectedMore }
        case "Incidents":
            self = .incidents
            if call.mode != .more { throw .expectedMore }
        case "Release": self = .release(try parameters.string("service"))
        case "Hold": self = .hold(try parameters.string("service"))
        case "Reload": self = .reload(dryRun: try parameters.optionalBool("dryRun") ?? false)
        case _: throw CallError(unknownMethod: call.method)
        }
        try parameters.end()
    }

    /// The call that asks for it.
    public var call: Call {
        switch self {
        case .list(let service):
            let parameters = service.map { [Member("service", .string($0))] } ?? []
            return Call("\(reservationsInterfaceName).List", parameters, .more)
        case .watch: return Call("\(reservationsInterfaceName).Watch", [], .more)
        case .incidents: return Call("\(reservationsInterfaceName).Incidents", [], .more)
        case .release(let service):
            return Call(
                "\(reservationsInterfaceName).Release", [Member("service", .string(service))])
        case .hold(let service):
            return Call("\(reservationsInterfaceName).Hold", [Member("service", .string(service))])
        case .reload(let dryRun):
            let parameters = dryRun ? [Member("dryRun", .bool(true))] : []
            return Call("\(reservationsInterfaceName).Reload", parameters)
        }
    }
}

extension CallError {
    /// No file has that name.
    public static func noSuchService(_ name: Text) -> CallError {
        CallError("\(reservationsInterfaceName).NoSuchService", about: "service", name)
    }

    /// Only root may do that.
    public static func notYours(_ name: Text) -> CallError {
        CallError("\(reservationsInterfaceName).NotYours", about: "service", name)
    }
}
