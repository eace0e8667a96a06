import Control
import Reservations
import TestFiles
import Text

@testable import Daemon

/// A configuration on disk, in two layers, and what is read of it.
struct Layers {
    let place: TemporaryDirectory

    init() throws {
        place = try TemporaryDirectory()
        try place.makeDirectory("etc")
        try place.makeDirectory("lib")
        try place.write("services", Array("ipp 631/tcp\n".utf8))
    }

    var places: Places {
        Places(
            runtimeDirectory: place.place("run"), pidFile: place.place("pid"),
            configurationDirectories: [place.place("etc"), place.place("lib")],
            services: place.place("services"))
    }

    /// Writes the file `name`, `etc/cups` say.
    func write(_ name: String, _ text: String) throws { try place.write(name, Array(text.utf8)) }

    /// Reads all of it, as at a start or after `old`.
    func read(after old: Plan = .empty) -> Reading {
        var reader = ConfigurationReader(places)
        return Reading(reader.plan(services: places.services, after: old), reader, place)
    }

    /// Reads each of `names` alone.
    func read(files names: [String]) -> Reading {
        var reader = ConfigurationReader(paths: names.map { place.place($0) })
        return Reading(reader.plan(services: places.services, after: .empty), reader, place)
    }
}

/// A plan and its diagnostics as a table writes them, without the temporary directory.
struct Reading {
    let plan: Plan
    /// `cups 631/tcp`: each service and an endpoint of it.
    let endpoints: [String]
    let services: [String]
    let diagnostics: [String]

    init(_ plan: Plan, _ reader: ConfigurationReader, _ place: TemporaryDirectory) {
        self.plan = plan
        endpoints = plan.services.flatMap { service in
            plan.reservations[service.reservations].map { reservation in
                "\(service.name.text) \(plan.entries[reservation.entry].endpoint.text)"
            }
        }
        services = plan.services.map { $0.name.text.description }
        diagnostics = reader.diagnostics.map { diagnostic in
            diagnostic.text.description.replacing("\(place.path)/", with: "")
        }.sorted()
    }
}
