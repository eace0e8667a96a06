public import Text

/// An interface by its name and its text.
public struct Interface: Sendable {
    /// In reverse-domain notation.
    public let name: Text
    /// The whole of it in the interface definition language.
    public let description: Text

    /// Describes an interface.
    public init(_ name: Text, _ description: Text) {
        self.name = name
        self.description = description
    }
}

/// What a service says of itself; answers the calls of org.varlink.service.
public struct ServiceDescription: Sendable {
    private let vendor: Text
    private let product: Text
    private let version: Text
    private let url: Text
    private let interfaces: [Interface]

    /// Describes a service that implements `interfaces`; org.varlink.service comes by itself.
    public init(vendor: Text, product: Text, version: Text, url: Text, _ interfaces: [Interface]) {
        self.vendor = vendor
        self.product = product
        self.version = version
        self.url = url
        self.interfaces = [Interface(serviceInterface, serviceInterfaceText)] + interfaces
    }

    /// The answer to a call of org.varlink.service, or to one that no interface here has.
    ///
    /// nil for a call that belongs to one of the interfaces, whose method may yet be unknown.
    public func answer(_ call: Call) throws(CallError) -> Reply? {
        if call.mode == .upgrade {
            throw CallError(unknownMethod: call.method, "MethodNotImplemented")
        }
        guard let dot = call.method.bytes.lastIndex(of: UInt8(ascii: ".")) else {
            throw CallError(unknownInterface: call.method)
        }
        let interface = Text(call.method.bytes[..<dot])
        guard interfaces.contains(where: { $0.name == interface }) else {
            throw CallError(unknownInterface: interface)
        }
        guard interface == serviceInterface else { return nil }
        var parameters = Parameters(call)
        switch Text(call.method.bytes[(dot + 1)...]) {
        case "GetInfo":
            try parameters.end()
            return information
        case "GetInterfaceDescription":
            let name = try parameters.string("interface")
            try parameters.end()
            guard let found = interfaces.first(where: { $0.name == name }) else {
                throw CallError(unknownInterface: name)
            }
            return Reply([Member("description", .string(found.description))])
        case _: throw CallError(unknownMethod: call.method, "MethodNotFound")
        }
    }

    private var information: Reply {
        Reply([
            Member("vendor", .string(vendor)), Member("product", .string(product)),
            Member("version", .string(version)), Member("url", .string(url)),
            Member("interfaces", .array(interfaces.map { .string($0.name) })),
        ])
    }
}

extension CallError {
    /// No such method in an interface that is there.
    public init(unknownMethod method: Text, _ error: Text = "MethodNotFound") {
        self.init("org.varlink.service.\(error)", about: "method", method)
    }

    fileprivate init(unknownInterface name: Text) {
        self.init("org.varlink.service.InterfaceNotFound", about: "interface", name)
    }
}

private let serviceInterface: Text = "org.varlink.service"

private let serviceInterfaceText: Text = """
    # What every Varlink service can be asked.
    interface org.varlink.service

    # Who the service is, and which interfaces it has.
    method GetInfo() -> (
      vendor: string, product: string, version: string, url: string, interfaces: []string
    )

    # The text of one interface.
    method GetInterfaceDescription(interface: string) -> (description: string)

    error InterfaceNotFound (interface: string)
    error MethodNotFound (method: string)
    error MethodNotImplemented (method: string)
    error InvalidParameter (parameter: string)
    error PermissionDenied ()
    error ExpectedMore ()
    error ExpectedUpgrade ()

    """
