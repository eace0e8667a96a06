internal import ArgumentParser
internal import Control
internal import Daemon
internal import LinuxIO
internal import Reservations
internal import Text

/// Says what is wrong with the configuration.
struct Check: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with the configuration, or with files of any name.",
        discussion: """
            Needs no daemon. Exits 0 when nothing is wrong, and 1 when something is. What is legal and \
            unwise is a warning, and not wrong.
            """)

    @Argument(
        help: "Files or directories to read instead of the configuration.", completion: .file())
    var path: [String] = []

    @Option(
        name: .customLong("name"),
        help: ArgumentHelp(
            "Check the file of this service alone; with a path, the file that it is to become."),
        completion: .service)
    var name: String?

    @Flag(name: .customLong("no-pager"), help: "Accepted; nothing is piped into a pager.")
    var isWithoutPager = false

    func validate() throws {
        if name != nil, path.count > 1 {
            throw ValidationError("'--name' goes with one file at the most.")
        }
    }

    func perform() throws(Trouble) -> Outcome {
        let (words, places) = (path.map { Text(Array($0.utf8)) }, Places())
        guard let name = name.map({ Text(Array($0.utf8)) }) else { return checkAll(words, places) }
        if isServiceName(name) {
            let files = words.isEmpty ? [try file(of: name, places)] : words
            return checkAll(files, places, name)
        }
        let outcome = words.isEmpty ? Outcome.done : checkAll(words, places)
        complain("portreservectl: \(Text.quoted(name)): no service can have such a name")
        return outcome.and(.wrong)
    }
}

/// Says what is wrong with files, all together, and with directories, each as a configuration of
/// its own; with the installed configuration where there is neither.
///
/// `name` is the service that the files are to become.
private func checkAll(_ paths: [Text], _ places: Places, _ name: Text? = nil) -> Outcome {
    let directories = paths.filter { isDirectory($0) }
    let files = paths.filter { !directories.contains($0) }
    var outcome = Outcome.done
    if directories.isEmpty || !files.isEmpty { outcome = check(files, places, name) }
    for directory in directories {
        let name = withoutSlashes(directory)
        outcome = outcome.and(check([], places.reading(name), nil))
    }
    return outcome
}

/// Says what is wrong, and then what is unwise.
private func check(_ files: [Text], _ places: Places, _ name: Text?) -> Outcome {
    let (plan, diagnostics) = examine(files, places)
    let surroundings = Surroundings(name: name, areNamed: files.isEmpty)
    for diagnostic in diagnostics + plan.warnings(in: surroundings) { complain(diagnostic.text) }
    return diagnostics.isEmpty ? .done : .wrong
}

/// The file that a service has, the first where several directories have one.
private func file(of name: Text, _ places: Places) throws(Trouble) -> Text {
    let files = places.configurationDirectories.map { $0 + "/" + name }
    if let file = files.first(where: { (try? identity(of: Path($0))) != nil && !isDirectory($0) }) {
        return file
    }
    throw .noSuchService(name, among: Set(configuredServices(places)))
}

private func isDirectory(_ path: Text) -> Bool { (try? open(Path(path), .directory)) != nil }

/// `etc/` is `etc`, and `/` stays.
func withoutSlashes(_ path: Text) -> Text {
    let slashes = path.bytes.reversed().prefix { $0 == UInt8(ascii: "/") }.count
    return Text(path.bytes.dropLast(min(slashes, path.bytes.count - 1)))
}
