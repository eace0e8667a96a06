public import Reservations
public import Text

/// A unit that the generator has ask for a service's ports, or would have.
public struct AskingUnit {
    /// Its own name, where the file has another one of it.
    public let name: Text
    /// Whether it is there.
    public let isThere: Bool
    /// Why it cannot be made to ask; nil: it can.
    public let refusal: Text?
    /// Whether systemd has had the generator make it ask.
    public let isAsking: Bool
}

/// A machine's units as the generator sees them, for who checks a configuration.
public struct MachineUnits {
    private let reader: UnitReader
    private let dropIns: Text

    /// Reads the names in `directories`, and what sockets' files say of ports.
    ///
    /// What cannot be read says nothing. The generator writes into `dropIns`.
    public init(_ directories: [Text], dropIns: Text) {
        reader = UnitReader(directories)
        self.dropIns = dropIns
    }

    /// Reads where systemd looks for units.
    public init() {
        self.init(unitDirectories + generatedUnitDirectories, dropIns: "/run/systemd/generator")
    }

    /// Whether it is there, or the template that it is an instance of; scopes and slices are made
    /// as they are needed.
    public func has(_ unit: Text) -> Bool { isThere(UnitName(unit)) }

    /// The units that have to ask for the ports of `file` before they start, those that are not there
    /// too; where `names` has no name of it, a socket that may be on one of its ports counts.
    public func asking(for file: ConfigurationFile, _ names: ServicesDatabase?) -> [AskingUnit] {
        Subject(file, among: reader.known).asking(names).map { unit in
            let path: Text = "\(dropIns)/\(unit)\(folderSuffix)/\(DropIn.fileName)"
            let dropIn = (try? readFile(path)) ?? []
            return AskingUnit(
                name: unit.text, isThere: isThere(unit), refusal: unit.refusal,
                isAsking: DropIn.isFor(file.service, dropIn))
        }
    }

    private func isThere(_ unit: UnitName) -> Bool {
        unit.section == nil || reader.has(unit)
            || unit.isOfTemplate && reader.has(unit.template)
    }
}

/// Where units are that generators and portablectl(1) have made of something else.
private let generatedUnitDirectories: [Text] = [
    "/run/systemd/transient", "/etc/systemd/system.attached", "/run/systemd/system.attached",
    "/run/systemd/generator.early", "/run/systemd/generator", "/run/systemd/generator.late",
]
