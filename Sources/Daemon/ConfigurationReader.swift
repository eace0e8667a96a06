public import Control
internal import LinuxIO
public import Reservations
public import Text

/// The configuration as it is on disk now: a plan, and all that was wrong on the way.
public struct ConfigurationReader {
    /// What is wrong with directories and whole files.
    public private(set) var diagnostics: [Diagnostic] = []
    /// The files that are read, in no order.
    public private(set) var files: [ConfigurationFile] = []
    private var names = NameSet()
    /// Services whose files are there and could not be read.
    private var unread: [ServiceName] = []
    /// Directories of which not all is read, each with the names that it cannot take back: those
    /// read before it, and where its list is cut its own that were read.
    private var unreadDirectories: [(path: Text, above: NameSet)] = []
    /// Whether a directory has more files than are read.
    private var isListCut = false

    /// Reads the directories of `places`, an earlier one over a later one.
    public init(_ places: Places) {
        // What a list cut short leaves out would hide its namesakes further down.
        for (rank, directory) in places.configurationDirectories.enumerated() {
            if !isListCut { read(directory: directory, mayBeMissing: rank > 0) }
            if isListCut { unreadDirectories.append((directory, above: names)) }
        }
    }

    /// Reads each of `paths`, whatever its name, which is taken for a service's.
    init(paths: [Text]) {
        for path in paths {
            let name = words(of: path.bytes[...], between: UInt8(ascii: "/")).last ?? []
            take(path, ServiceName(Text(name)))
        }
    }

    /// Takes `path` for the file of a service that has none.
    mutating func take(_ path: Text, _ service: ServiceName) {
        let shown = Text.printable(path.bytes[...], most: Limits.pathBytesMax)
        do throws(Errno) {
            let file = try open(Path(path), .read)
            try take(file, try file.kind(), shown, service)
        } catch {
            ignore(service, shown, error.text)
        }
    }

    /// Forgets a service's file, and what is wrong with it as a whole.
    mutating func remove(_ service: ServiceName, of places: Places) {
        files.removeAll { $0.service == service }
        unread.removeAll { $0 == service }
        for directory in places.configurationDirectories {
            let path: Text = "\(directory)/\(service)"
            diagnostics.removeAll { $0.path == path }
        }
    }

    /// Looks up the names, in a database that is read only when some file needs it.
    ///
    /// `old` is the plan in force: what is wrong now keeps what it had.
    mutating func plan(services path: Text, after old: Plan) -> Plan {
        keepWhatMayBeThere(of: old)
        let database = files.contains { $0.needsNames } ? database(path) : nil
        let plan = Plan(files, database: database, unread: unread, after: old)
        diagnostics += plan.diagnostics
        return plan
    }

    /// Where it is not even known which files a directory has, each that `old` had of it may be there
    /// still, and hides its namesakes further down.
    private mutating func keepWhatMayBeThere(of old: Plan) {
        if unreadDirectories.isEmpty { return }
        for service in old.services {
            let name = service.name
            let mayBeThere = unreadDirectories.contains { directory in
                service.path == "\(directory.path)/\(name)" && !directory.above.contains(name)
            }
            if mayBeThere { unread.append(name) }
        }
        let unread = NameSet(unread)
        files.removeAll { unread.contains($0.service) }
    }

    @inline(never)
    private mutating func read(directory path: Text, mayBeMissing: Bool) {
        do throws(Errno) {
            let directory = try open(Path(path), .directory)
            var entries = try directory.entries(most: Limits.filesMax) {
                ServiceName($0).isService
            }
            if entries.count > Limits.filesMax {
                entries.removeLast()
                isListCut = true
                let bound: Text = "more than \(Limits.filesMax) files, ignoring the rest"
                diagnostics.append(Diagnostic(path, bound))
            }
            // A name counts for this directory's own files only when all of them are read.
            let hidden = names
            for entry in entries {
                if hidden.contains(ServiceName(entry.name)) { continue }
                let file: Text = "\(path)/\(ServiceName(entry.name))"
                do throws(Errno) {
                    try take(entry, of: directory, file)
                } catch {
                    let why = error == .noEntry ? "a link to nowhere" : error.text
                    ignore(ServiceName(entry.name), file, why)
                }
            }
        } catch {
            if mayBeMissing, error == .noEntry { return }
            unreadDirectories.append((path, above: names))
            diagnostics.append(Diagnostic(path, "\(error), nothing is read from it"))
        }
    }

    /// Takes one entry of a directory; other directories below it are nobody's.
    ///
    /// What is no regular file is not even opened: some devices act on that.
    @inline(never)
    private mutating func take(
        _ entry: DirectoryEntry, of directory: borrowing Descriptor, _ path: Text
    ) throws(Errno) {
        let service = ServiceName(entry.name)
        switch try directory.kind(of: entry) {
        case .directory: return
        case .null: mask(service, path)
        case .other: ignore(service, path, "not a regular file")
        case .regular:
            let file = try open(Path(entry.name), .read, below: directory)
            try take(file, .regular, path, service)
        }
    }

    private mutating func take(
        _ file: borrowing Descriptor, _ kind: FileKind, _ path: Text, _ service: ServiceName
    ) throws(Errno) {
        switch kind {
        case .directory: ignore(service, path, "a directory, whose files '-c' reads")
        case .null: mask(service, path)
        case .other: ignore(service, path, "not a regular file")
        case .regular:
            names.insert(service)
            let bytes = try file.readAll(most: Limits.fileBytesMax)
            if bytes.count > Limits.fileBytesMax {
                ignore(service, path, "larger than \(Limits.fileBytesMax) bytes")
            } else {
                files.append(ConfigurationFile(bytes, service: service, path: path))
            }
        }
    }

    /// Takes it for an empty file, so that it is in the plan and known at the next reload.
    private mutating func mask(_ service: ServiceName, _ path: Text) {
        names.insert(service)
        files.append(ConfigurationFile([], service: service, path: path))
    }

    /// The services database at `path`; nil where it cannot be read, which is a diagnostic.
    public mutating func database(_ path: Text) -> ServicesDatabase? {
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

    private mutating func ignore(_ service: ServiceName, _ path: Text, _ why: Text) {
        names.insert(service)
        unread.append(service)
        diagnostics.append(Diagnostic(path, "\(why), ignoring it"))
    }
}
