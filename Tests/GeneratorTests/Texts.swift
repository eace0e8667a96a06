import Reservations
import Text

@testable import Generator

extension UnitName: ExpressibleByStringLiteral {
    /// Takes the literal as it is.
    public init(stringLiteral name: String) { self.init(Text(Array(name.utf8))) }
}

extension ConfigurationFile {
    /// A file of /etc/portreserve.
    convenience init(_ service: String, _ text: String) {
        let name = Text(Array(service.utf8))
        self.init(
            Array(text.utf8), service: ServiceName(name), path: "/etc/portreserve/\(name)")
    }
}

extension SocketUnit {
    /// A socket unit with these files, the first one before its drop-ins.
    init(_ name: UnitName, _ files: String...) {
        self.init(name)
        for file in files { take(Array(file.utf8)) }
    }

    /// As tests write them: `631/tcp`, `[::1]:53/udp`.
    var shown: [String] {
        ports.map { "\(Endpoint($0.transport, $0.address, port: $0.port).text)" }
    }
}
