public import Control
internal import LinuxIO
internal import Reservations
public import Text

/// What portreserve does, from its options to its exit status.
public func run(_ options: Options, _ places: Places) -> ExitStatus {
    let places = options.directory.map { places.reading(absolute($0)) } ?? places
    switch options.purpose {
    case .version:
        answer("portreserve \(version)")
        return .done
    case .help:
        answer(Options.help)
        return .done
    case .check(let paths): return check(paths, places)
    case .hold: return hold(options, places)
    }
}

/// Says what is wrong with the configuration, or with each of `paths`.
public func check(_ paths: [Text], _ places: Places) -> ExitStatus {
    var reader = paths.isEmpty ? ConfigurationReader(places) : ConfigurationReader(paths: paths)
    _ = reader.plan(services: places.services)
    for diagnostic in reader.diagnostics { complain(diagnostic.text) }
    return reader.diagnostics.isEmpty ? .done : .notDone
}

private func hold(_ options: Options, _ places: Places) -> ExitStatus {
    do throws(Failure) {
        return try start(options, places)
    } catch {
        complain("portreserve: \(error)")
        return .notDone
    }
}

private func start(_ options: Options, _ places: Places) throws(Failure) -> ExitStatus {
    try needed("/dev/null") { () throws(Errno) in try ThisProcess.openStandardDescriptors() }
    ThisProcess.closeInheritedDescriptors()
    let signals = try needed("signalfd") { () throws(Errno) in try Signals() }
    ThisProcess.setFileCreationMask(0o022)
    var log = Log(isVerbose: options.isVerbose, isJournal: isStandardErrorJournal())
    var parent: WaitingParent?
    if !options.isForeground {
        log.alsoToSystemLog()
        parent = try .left()
    }
    try needed("/") { () throws(Errno) in try ThisProcess.moveToRootDirectory() }

    // A second daemon ends here.
    let instance = try Instance(places, inBackground: !options.isForeground)
    defer { instance.removeFiles() }  // of a start that fails too
    try instance.writePid()
    let keeper = Keeper(readPlan(places, &log))
    let socket = try releaseSocket(places)
    let loop = try Loop(signals, socket, keeper, log, stays: options.stays)
    // From here on ports are ours: nothing but the loop ends the daemon.
    return loop.run(parent)
}

private func readPlan(_ places: Places, _ log: inout Log) -> Plan {
    var reader = ConfigurationReader(places)
    let plan = reader.plan(services: places.services)
    for diagnostic in reader.diagnostics { log.say(.warning, diagnostic.text) }
    return plan
}

/// The datagram socket of 0.0.5; one that is there is a dead daemon's, since the lock is ours.
private func releaseSocket(_ places: Places) throws(Failure) -> Descriptor {
    try needed(places.releaseSocket) { () throws(Errno) in
        try removeFile(Path(places.releaseSocket))
        return try boundDatagramSocket(at: Path(places.releaseSocket))
    }
}

/// systemd.exec(5): JOURNAL_STREAM names the file that standard error was at the start.
private func isStandardErrorJournal() -> Bool {
    guard let stream = ThisProcess.environment("JOURNAL_STREAM") else { return false }
    return FileIdentity(ofDescriptor: 2)?.text == stream
}

private func absolute(_ path: Text) -> Text {
    if path.bytes.first == UInt8(ascii: "/") { return path }
    return "\(ThisProcess.workingDirectory ?? "")/\(path)"
}
