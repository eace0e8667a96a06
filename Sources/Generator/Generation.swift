// Generator: which units have to ask for their ports before they start, and the drop-ins by which
// they do. UnitName, SocketUnit, KnownUnits, Subject and DropIn are pure; the rest reads and writes.
// It runs at each boot before anything else does, so nothing here waits, and nothing fails.

public import Control
internal import Daemon
internal import LinuxIO
internal import Reservations
internal import Text

/// What portreserve-generator does, from its options to its exit status.
public func run(_ options: GeneratorOptions, _ places: Places) -> ExitStatus {
    switch options.purpose {
    case .version: answer("portreserve-generator \(version)")
    case .help: answer(GeneratorOptions.help)
    case .generate(let directory):
        // A user's manager has no ports of the machine's.
        let isUsers = ThisProcess.environment("SYSTEMD_SCOPE").map { $0 == "user" } ?? false
        if isUsers { return .done }
        let ignored = generate(into: directory, places, units: unitDirectories)
        say(ignored, at: "/dev/kmsg")
    }
    return .done
}

/// Writes all drop-ins below `directory`, and gives what is left out.
func generate(into directory: Text, _ places: Places, units: [Text]) -> [Diagnostic] {
    var reader = ConfigurationReader(onlyWhatIsThere(places))
    var ignored: [Diagnostic] = []
    var files: [ConfigurationFile] = []
    for file in reader.files where !file.isEmpty {
        if let why = refusal(of: file.service) {
            ignored.append(Diagnostic(file.path, "\(why), ignoring it"))
        } else {
            files.append(file)
        }
    }
    if files.isEmpty { return reader.diagnostics + ignored }
    let known = UnitReader(units).known
    let subjects = files.map { Subject($0, among: known) }
    let names = subjects.contains { $0.needsNames } ? reader.database(places.services) : nil
    let dropIns = DropIns(subjects, names: names)
    return reader.diagnostics + ignored + dropIns.ignored
        + write(dropIns.all, into: directory)
}

/// Without a directory of configuration there is nothing to do, and nothing to say.
private func onlyWhatIsThere(_ places: Places) -> Places {
    Places(
        runtimeDirectory: places.runtimeDirectory, pidFile: places.pidFile,
        configurationDirectories: places.configurationDirectories.filter { isThere($0) },
        services: places.services)
}

private func isThere(_ path: Text) -> Bool {
    do throws(Errno) {
        _ = try identity(of: Path(path))
        return true
    } catch {
        return error != .noEntry
    }
}

private func write(_ dropIns: [DropIn], into path: Text) -> [Diagnostic] {
    // The modes below are meant as they stand.
    ThisProcess.setFileCreationMask(0o022)
    do throws(Errno) {
        let directory = try open(Path(path), .directory)
        let phrases = Phrases()
        var failures: [Diagnostic] = []
        for dropIn in dropIns {
            do throws(Errno) {
                try dropIn.write(phrases, below: directory)
            } catch {
                failures.append(
                    Diagnostic(path, "\(error), no drop-in for \(Text.quoted(dropIn.unit.text))"))
            }
        }
        return failures
    } catch {
        return [Diagnostic(path, "\(error), no drop-in is written")]
    }
}

extension DropIn {
    /// Writes it; one that is there already stays.
    fileprivate func write(
        _ phrases: Phrases, below directory: borrowing Descriptor
    ) throws(Errno) {
        try directory.makeDirectory(Path(unit.text + phrases.folder), mode: 0o755)
        do throws(Errno) {
            let path = Path(unit.text + phrases.name)
            let file = try open(path, .create(mode: 0o644), below: directory)
            try file.write(text(phrases).bytes, at: 0)
        } catch .alreadyExists {
        }
    }
}
