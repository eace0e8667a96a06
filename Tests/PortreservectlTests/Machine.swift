import Generator
import Reservations
import TestFiles
import Testing
import Text

@testable import portreservectl

/// A machine: its units, the files of them by name (a link as `-> TARGET`), and bindresvport's list.
struct Machine {
    var units: [String: String]?
    var list: String?
    /// Units with a drop-in for cups and db.
    var asking: [String] = []

    /// A machine of these units, of which nothing matters but that they are there.
    init(_ units: [String] = []) {
        self.units = Dictionary(uniqueKeysWithValues: units.map { ($0, "[Service]\n") })
    }

    init(units: [String: String]?, list: String? = nil) { (self.units, self.list) = (units, list) }

    /// Laid out in `directory`, and looked at.
    func surroundings(in directory: TemporaryDirectory) throws -> Surroundings {
        var surroundings = Surroundings()
        surroundings.spared = list.map { sparedPorts(Array($0.utf8)) }
        guard let units else { return surroundings }
        for (name, contents) in units {
            if contents.hasPrefix("-> ") {
                try directory.link(name, to: String(contents.dropFirst(3)))
            } else {
                try directory.write(name, Array(contents.utf8))
            }
        }
        try directory.makeDirectory("generated")
        for unit in asking {
            try directory.makeDirectory("generated/\(unit).d")
            let dropIn = Array("[Unit]\n# portreserve: cups\n# portreserve: db\n".utf8)
            try directory.write("generated/\(unit).d/50-portreserve.conf", dropIn)
        }
        surroundings.units = MachineUnits(
            [text(directory.path)], dropIns: directory.place("generated"))
        return surroundings
    }
}

/// What is said of files, a text each, on a machine.
func warnings(
    _ files: [String: String], on machine: Machine = Machine(units: nil), areNamed: Bool = true,
    areInstalled: Bool = false
) throws -> [String] {
    let files = files.map { name, contents in
        let path = text("/etc/portreserve/\(name)")
        return ConfigurationFile(
            Array(contents.utf8), service: ServiceName(text(name)), path: path)
    }
    return try warnings(files, on: machine, areNamed: areNamed, areInstalled: areInstalled)
}

func warnings(
    _ files: [ConfigurationFile], on machine: Machine, areNamed: Bool = true,
    areInstalled: Bool = false
) throws -> [String] {
    let names = ServicesDatabase(Array("ipp 631/tcp\nipp 631/udp\n".utf8), path: "services")
    let plan = Plan(files, database: names)
    #expect(plan.diagnostics.isEmpty, "nothing is wrong: \(plan.diagnostics.map(\.text))")
    let directory = try TemporaryDirectory()
    defer { withExtendedLifetime(directory) {} }
    let warnings = Warnings(
        plan: plan, machine: try machine.surroundings(in: directory), files: areNamed ? files : [],
        names: names, areInstalled: areInstalled)
    return warnings.all.map { "\($0.text)" }
}
