import Text

@testable import Reservations

/// Text as a table writes it.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

extension ConfigurationFile {
    /// The file `service` with this text.
    convenience init(_ text: String, service: Text = "cups") {
        self.init(bytes(text), service: ServiceName(service), path: "/etc/portreserve/" + service)
    }
}

extension Claim {
    /// `1:3 127.0.0.1 631-633 tcp share permanent`: a claim as a table writes it.
    var shown: String {
        let place: Text = "\(line):\(column) "
        let range: Text =
            switch ports {
            case .named(let name): name
            case .numbered(let ports): "\(ports.lowerBound)-\(ports.upperBound)"
            }
        let options: Text = (share ? " share" : "") + (permanent ? " permanent" : "")
        return (place + "\(address) \(range) " + (transport?.text ?? "both") + options).description
    }
}

extension Plan {
    /// The plan of `files`, each a service and its text.
    init(_ files: [(service: Text, text: String)], services: String = "") {
        let database = ServicesDatabase(bytes(services), path: "/etc/services")
        self.init(
            files.map { ConfigurationFile($0.text, service: $0.service) }, database: database)
    }

    /// `cups: 631/tcp 631/udp`: each service and its endpoints, `!` behind one that it does not own.
    var shown: [String] {
        services.enumerated().map { number, service in
            let names = reservations[service.reservations].map { reservation in
                let entry = entries[reservation.entry]
                return " \(entry.endpoint)" + (entry.owner == number ? "" : "!") as Text
            }
            return names.reduce("\(service.name):", +).description
        }
    }
}
