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
            Needs no daemon. Exits 0 when nothing is wrong, and 1 when something is. What is legal but \
            unwise is a warning, and not wrong.
            """)

    @Argument(
        help: "Files or directories to read instead of the configuration.", completion: .file())
    var path: [String] = []

    @Option(
        name: .customLong("name"),
        help: ArgumentHelp(
            "Tell what this service's file does alone; with a path, what that would do in its place."
        ),
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
            if let path = words.first { return check(ServiceName(name), path, places) }
            let path = try file(of: name, places)
            return check(ServiceName(name), path, places, isInstalled: true)
        }
        let outcome = words.isEmpty ? Outcome.done : checkAll(words, places)
        complain("portreservectl: \(Text.quoted(name)): no service can have such a name")
        return outcome.and(.wrong)
    }
}

/// Says what is wrong with files, all together, and with directories, each as a configuration of
/// its own; with the installed configuration where there is neither.
private func checkAll(_ paths: [Text], _ places: Places) -> Outcome {
    let directories = paths.filter { isDirectory($0) }
    let files = paths.filter { !directories.contains($0) }
    var outcome = Outcome.done
    if !files.isEmpty {
        let it = Examination(files, places)
        outcome = tell(it.diagnostics, Warnings(plan: it.plan, machine: .ofThisMachine()).all)
    }
    if paths.isEmpty {
        let it = Examination([], places)
        outcome = tell(it.diagnostics, warnings(of: it, places, isInstalled: isGeneratorThere()))
    }
    for directory in directories {
        let places = places.reading(withoutSlashes(directory))
        let it = Examination([], places)
        outcome = outcome.and(tell(it.diagnostics, warnings(of: it, places)))
    }
    return outcome
}

/// Says what is wrong by the file of one service, or would be with `path` for its file.
private func check(
    _ service: ServiceName, _ path: Text, _ places: Places, isInstalled: Bool = false
) -> Outcome {
    let isInstalled = isInstalled && isGeneratorThere()
    let others = Examination(service, at: nil, in: places)
    let it = Examination(service, at: path, in: places)
    let known = Set(
        (others.diagnostics + warnings(of: others, places, isInstalled: isInstalled)).map(\.text))
    return tell(
        it.diagnostics.filter { !known.contains($0.text) },
        warnings(of: it, places, isInstalled: isInstalled).filter { !known.contains($0.text) })
}

private func warnings(
    of it: Examination, _ places: Places, isInstalled: Bool = false
) -> [Diagnostic] {
    Warnings(
        plan: it.plan, machine: .ofThisMachine(), files: it.files, names: it.names(places),
        areInstalled: isInstalled
    ).all
}

private func tell(_ diagnostics: [Diagnostic], _ warnings: [Diagnostic]) -> Outcome {
    for diagnostic in diagnostics + warnings { complain(diagnostic.text) }
    return diagnostics.isEmpty ? .done : .wrong
}

/// The file that a service has, the first where several directories have one.
private func file(of name: Text, _ places: Places) throws(Trouble) -> Text {
    for directory in places.configurationDirectories where has(directory, name) {
        let path = directory + "/" + name
        if !isDirectory(path) { return path }
    }
    throw .noSuchService(name, among: Set(configuredServices(places)))
}

/// Whether a directory has an entry of that name, be it a link to nowhere.
private func has(_ directory: Text, _ name: Text) -> Bool {
    let entries = try? open(Path(directory), .directory).entries(most: 1) { $0 == name }
    return entries?.isEmpty == false
}

private func isDirectory(_ path: Text) -> Bool { (try? open(Path(path), .directory)) != nil }

/// `etc/` is `etc`, and `/` stays.
func withoutSlashes(_ path: Text) -> Text {
    let slashes = path.bytes.reversed().prefix { $0 == UInt8(ascii: "/") }.count
    return Text(path.bytes.dropLast(min(slashes, path.bytes.count - 1)))
}
