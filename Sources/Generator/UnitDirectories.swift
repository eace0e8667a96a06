internal import LinuxIO
internal import Reservations
internal import Text

/// Where systemd looks for units, the first one that has a unit before the others.
///
/// Not the directories of generators: others write there at this moment, and what is found would
/// be chance.
let unitDirectories: [Text] = [
    "/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system", "/lib/systemd/system",
]

/// Reads units as far as they say where a release belongs: names, links, and sockets' files.
struct UnitReader {
    private(set) var known = KnownUnits()
    private var seen = NameSet()
    private var links: [(name: UnitName, target: Text)] = []
    private var sockets: [(name: UnitName, directory: Text, isLink: Bool)] = []
    /// The directories of sockets' drop-ins, an earlier one before a later one.
    private var extensions: [(name: Text, directory: Text)] = []

    /// Reads `directories`; what cannot be read says nothing.
    init(_ directories: [Text]) {
        for directory in directories { try? list(directory) }
        takeAliases()
        for socket in sockets where !(socket.isLink && isAlias(socket.name)) {
            guard let unit = try? read(socket.name, socket.directory) else { continue }
            known.add(unit)
        }
    }

    /// Whether a service or a socket of that name is there.
    func has(_ unit: UnitName) -> Bool { seen.contains(ServiceName(unit.text)) }

    private mutating func list(_ path: Text) throws(Errno) {
        let directory = try open(Path(path), .directory)
        for entry in try directory.entries(most: Limits.filesMax, where: isWanted) {
            let name = entry.name
            if hasSuffix(name, folderSuffix) {
                extensions.append((name, path))
                continue
            }
            if seen.contains(ServiceName(name)) { continue }
            seen.insert(ServiceName(name))
            let unit = UnitName(name)
            if entry.kind == nil {
                let target = try? directory.linkTarget(Path(name), most: pathBytesMax)
                if let target { links.append((unit, Text(target))) }
            }
            if hasSuffix(name, socketSuffix) {
                sockets.append((unit, path, isLink: entry.kind == nil))
            } else {
                known.add(service: unit)
            }
        }
    }

    /// A link to a unit of another name is that unit's other name; to one of its own name, it says
    /// where that is.
    private mutating func takeAliases() {
        for link in links {
            guard let last = words(of: link.target.bytes[...], between: slash).last else {
                continue
            }
            let real = UnitName(Text(last))
            if real != link.name, seen.contains(ServiceName(real.text)) {
                known.add(alias: link.name, of: real)
            }
        }
    }

    private func isAlias(_ name: UnitName) -> Bool { known.real(name) != name }

    private func read(_ name: UnitName, _ directory: Text) throws(Errno) -> SocketUnit? {
        guard let file = try readFile("\(directory)/\(name)"), !file.isEmpty else { return nil }
        var unit = SocketUnit(name)
        unit.take(file)
        for path in dropIns(of: name) {
            if let file = try? readFile(path) { unit.take(file) }
        }
        return unit
    }

    /// The paths of a socket's drop-ins in the order of their names; of two of one name, the first
    /// directory's.
    private func dropIns(of socket: UnitName) -> [Text] {
        let folder: Text = "\(socket)\(folderSuffix)"
        var names: [Text] = []
        var paths: [Text] = []
        for place in extensions where place.name == folder {
            let path: Text = "\(place.directory)/\(folder)"
            guard let directory = try? open(Path(path), .directory),
                let entries = try? directory.entries(
                    most: Limits.filesMax, where: { hasSuffix($0, ".conf") })
            else { continue }
            for entry in entries where !names.contains(entry.name) {
                names.append(entry.name)
                paths.append("\(path)/\(entry.name)")
            }
        }
        return order(of: names).map { paths[$0] }
    }
}

private let slash = UInt8(ascii: "/")
/// Linux: PATH_MAX.
private let pathBytesMax = 4_096

/// Sockets, their drop-ins' directories, and services.
private func isWanted(_ name: Text) -> Bool {
    hasSuffix(name, serviceSuffix) || hasSuffix(name, socketSuffix)
        || hasSuffix(name, socketFolderSuffix)
}

private let serviceSuffix: Text = ".service"
private let socketSuffix: Text = ".socket"
private let socketFolderSuffix: Text = ".socket.d"
/// Of the directory with a unit's drop-ins, behind its name.
let folderSuffix: Text = ".d"

private func hasSuffix(_ name: Text, _ suffix: Text) -> Bool {
    name.bytes.suffix(suffix.bytes.count) == suffix.bytes[...]
}

/// The contents of a unit file; nil where it is no file, as the /dev/null of a masked unit, or
/// larger than any.
func readFile(_ path: Text) throws(Errno) -> [UInt8]? {
    let file = try open(Path(path), .read)
    guard try file.kind() == .regular else { return nil }
    let bytes = try file.readAll(most: Limits.fileBytesMax)
    return bytes.count > Limits.fileBytesMax ? nil : bytes
}
