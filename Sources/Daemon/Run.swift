public import Control
internal import LinuxIO
internal import Reservations
public import Text

/// What portreserve does, from its options to its exit status.
public func run(_ options: Options, _ places: Places) -> ExitStatus {
    var places = places
    if let directory = options.directory {
        guard let directory = absolute(directory) else {
            complain("portreserve: the working directory has no name any more, '-c' needs one")
            return .notDone
        }
        places = places.reading(directory)
    }
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
    _ = reader.plan(services: places.services, after: .empty)
    for diagnostic in reader.diagnostics { complain(diagnostic.text) }
    return reader.diagnostics.isEmpty ? .done : .notDone
}

private func hold(_ options: Options, _ places: Places) -> ExitStatus {
    let log = Log(isVerbose: options.isVerbose, isJournal: isStandardErrorJournal())
    // Ends after the last word is said: who waits for the parent finds it there.
    var parent: WaitingParent?
    do throws(Failure) {
        ThisProcess.closeInheritedDescriptors()
        ThisProcess.setFileCreationMask(0o022)
        if !options.isForeground {
            log.alsoToSystemLog()
            parent = try .left()
        }
        return try serve(options, places, &parent, log)
    } catch {
        log.say(.error, "portreserve: \(error)")
        return .notDone
    }
}

private func serve(
    _ options: Options, _ places: Places, _ parent: inout WaitingParent?, _ log: Log
) throws(Failure) -> ExitStatus {
    let signals = try needed("signalfd") { () throws(Errno) in try Signals() }
    try needed("/") { () throws(Errno) in try ThisProcess.moveToRootDirectory() }
    // A second daemon ends here.
    let instance = try Instance(places, inBackground: !options.isForeground)
    defer { instance.removeFiles() }  // of a start that fails too
    try instance.writePid()
    return try serve(options, places, &parent, log, signals)
}

/// The same, once nobody else is the daemon.
@inline(never)
private func serve(
    _ options: Options, _ places: Places, _ parent: inout WaitingParent?, _ log: Log,
    _ signals: consuming Signals
) throws(Failure) -> ExitStatus {
    let plan = readPlan(places, log)
    let entrances = try Entrances(places)
    defer { Entrances.removeFiles(places) }
    let wakers = try needed("epoll") { () throws(Errno) in try Wakers() }
    var loop = Loop(signals, entrances, wakers, plan, log, places, stays: options.stays)
    try needed("epoll") { () throws(Errno) in try loop.join() }
    loop.raiseGuard(isWanted: options.stays && options.usesGuard)
    loop.hold()
    if let parent = parent.take() { try loop.letGo(of: parent) }
    // From here on ports are ours: nothing but the loop ends the daemon.
    return loop.run()
}

@inline(never)
private func readPlan(_ places: Places, _ log: Log) -> Plan {
    var reader = ConfigurationReader(places)
    let plan = reader.plan(services: places.services, after: .empty)
    for diagnostic in reader.diagnostics { log.say(.warning, diagnostic.text) }
    return plan
}

/// systemd.exec(5): JOURNAL_STREAM names the file that standard error was at the start.
private func isStandardErrorJournal() -> Bool {
    guard let stream = ThisProcess.environment("JOURNAL_STREAM") else { return false }
    return FileIdentity(ofDescriptor: 2)?.text == stream
}

private func absolute(_ path: Text) -> Text? {
    if path.bytes.first == UInt8(ascii: "/") { return path }
    return ThisProcess.workingDirectory.map { "\($0)/\(path)" }
}
