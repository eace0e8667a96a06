public import Control
public import Reservations
public import Text

/// A configuration as it would be after a start, for who checks it.
public struct Examination {
    /// What it comes to.
    public let plan: Plan
    /// The files that it is made of, in no order.
    public let files: [ConfigurationFile]
    /// What is wrong with it.
    public let diagnostics: [Diagnostic]

    /// Reads the installed configuration, or each of `paths` and nothing else, whatever its name.
    public init(_ paths: [Text], _ places: Places) {
        self.init(
            paths.isEmpty ? ConfigurationReader(places) : ConfigurationReader(paths: paths), places)
    }

    /// Reads the installed configuration with `path` for the file of `service`; nil: with none.
    public init(_ service: ServiceName, at path: Text?, in places: Places) {
        var reader = ConfigurationReader(places)
        reader.remove(service, of: places)
        if let path { reader.take(path, service) }
        self.init(reader, places)
    }

    private init(_ reader: ConfigurationReader, _ places: Places) {
        var reader = reader
        plan = reader.plan(services: places.services, after: .empty)
        files = reader.files
        diagnostics = reader.diagnostics
    }

    /// The services database, where a file needs it and it can be read.
    public func names(_ places: Places) -> ServicesDatabase? {
        guard files.contains(where: { $0.needsNames }) else { return nil }
        var reader = ConfigurationReader(paths: [])
        return reader.database(places.services)
    }
}
