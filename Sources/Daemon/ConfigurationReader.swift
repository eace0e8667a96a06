internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// The configuration as it is on disk now: a plan, and all that was wrong on the way.
struct ConfigurationReader {
    private(set) var diagnostics: [Diagnostic] = []
    private var files: [ConfigurationFile] = []
    private var names: Set<ServiceName> = []

    /// Reads the directories of `places`, an earlier one over a later one.
    init(_ places: Places) {
        for (rank, directory) in places.configurationDirectories.enumerated() {
            read(directory: directory, mayBeMissing: rank > 0)
        }
    }

    /// Reads each of `paths`, whatever its name.
    init(paths: [Text]) {
        for path in paths {
            let name = path.bytes.split(separator: UInt8(ascii: "/")).last ?? []
            do throws(Errno) {
                let here = try open(".", .directory)
                let file = Path(path)
                let kind = try here.kind(of: file)
                if kind == .directory {
                    diagnostics.append(Diagnostic(path, "a directory; '-c' reads all its files"))
                }
                try take(file, kind, in: here, path, ServiceName(Text(name)))
            } catch {
                diagnostics.append(Diagnostic(path, error.text))
            }
        }
    }

    /// Looks up the names, in a database that is read only when some file needs it.
    mutating func plan(services path: Text) -> Plan {
        let database = files.contains { $0.needsNames } ? database(path) : nil
        let plan = Plan(files, database: database)
        diagnostics += plan.diagnostics
        return plan
    }

    private mutating func read(directory path: Text, mayBeMissing: Bool) {
        do throws(Errno) {
            let directory = try open(Path(path), .directory)
            var entries = try directory.entries(most: Limits.filesMax)
            if entries.count > Limits.filesMax {
                entries.removeLast()
                let bound: Text = "more than \(Limits.filesMax) files, ignoring the rest"
                diagnostics.append(Diagnostic(path, bound))
            }
            // A name counts for this directory's own files only when all of them are read.
            let hidden = names
            for entry in entries where ServiceName(entry.name).isService {
                if hidden.contains(ServiceName(entry.name)) { continue }
                let file: Text = "\(path)/\(ServiceName(entry.name))"
                do throws(Errno) {
                    let name = Path(entry.name)
                    try take(
                        name, try directory.kind(of: entry), in: directory, file,
                        ServiceName(entry.name))
                } catch {
                    names.insert(ServiceName(entry.name))
                    say(file, error)
                }
            }
        } catch {
            if mayBeMissing, error == .noEntry { return }
            diagnostics.append(Diagnostic(path, "\(error), nothing is read from it"))
        }
    }

    /// Takes one file of a directory; other directories below it are nobody's.
    private mutating func take(
        _ file: Path, _ kind: FileKind, in directory: borrowing Descriptor, _ path: Text,
        _ service: ServiceName
    ) throws(Errno) {
        switch kind {
        case .directory: return
        case .null: names.insert(service)
        case .other:
            names.insert(service)
            diagnostics.append(Diagnostic(path, "not a regular file, ignoring it"))
        case .regular:
            names.insert(service)
            let bytes = try open(file, .read, below: directory).readAll(most: Limits.fileBytesMax)
            if bytes.count > Limits.fileBytesMax {
                let bound: Text = "larger than \(Limits.fileBytesMax) bytes, ignoring it"
                diagnostics.append(Diagnostic(path, bound))
            } else {
                files.append(ConfigurationFile(bytes, service: service, path: path))
            }
        }
    }

    private mutating func database(_ path: Text) -> ServicesDatabase? {
        do throws(Errno) {
            let file = try open(Path(path), .read)
            if try file.kind() != .regular { return noNames(path, "not a regular file") }
            let bytes = try file.readAll(most: Limits.servicesBytesMax)
            if bytes.count > Limits.servicesBytesMax {
                return noNames(path, "larger than \(Limits.servicesBytesMax) bytes")
            }
            let database = ServicesDatabase(bytes, path: path)
            diagnostics += database.diagnostics
            return database
        } catch {
            return noNames(path, error.text)
        }
    }

    private mutating func noNames(_ path: Text, _ why: Text) -> ServicesDatabase? {
        diagnostics.append(Diagnostic(path, "\(why), names cannot be looked up"))
        return nil
    }

    private mutating func say(_ path: Text, _ error: Errno) {
        let why: Text = error == .noEntry ? "a link to nowhere" : "\(error)"
        diagnostics.append(Diagnostic(path, "\(why), ignoring it"))
    }
}
