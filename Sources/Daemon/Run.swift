public import Control
internal import LinuxIO
internal import Reservations
internal import Text

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
    case .giveBack: return giveBack(places)
    case .hold: return hold(options, places)
    }
}

/// Removes what a daemon that is gone has left: of the kernel's list of reserved ports, and on disk.
///
/// What the service manager has kept for it ends beside this, and may have the lock for a moment.
private func giveBack(_ places: Places) -> ExitStatus {
    let deadline = Deadline(seconds: 1)
    while true {
        do throws(Failure) {
            // It is not taken from one that lives, or that is about to be started again.
            let instance = try Instance(places, inBackground: false)
            Entrances.removeFiles(places)
            var reserved = ReservedPorts(places)
            defer {
                instance.removeFiles()
                // It stays where somebody has something else in it.
                try? removeFile(Path(places.runtimeDirectory), isDirectory: true)
            }
            try needed("ip_local_reserved_ports") { () throws(Errno) in try reserved.giveBack() }
            return .done
        } catch {
            if case .alreadyRunning = error, deadline.milliseconds != 0 {
                deadline.pause(milliseconds: 20)
                continue
            }
            complain("portreserve: \(error)")
            return .notDone
        }
    }
}

/// Says what is wrong with the configuration, or with each of `paths`.
func check(_ paths: [Text], _ places: Places) -> ExitStatus {
    let diagnostics = Examination(paths, places).diagnostics
    for diagnostic in diagnostics { complain(diagnostic.text) }
    return diagnostics.isEmpty ? .done : .notDone
}

private func hold(_ options: Options, _ places: Places) -> ExitStatus {
    let log = Log(isVerbose: options.isVerbose, isJournal: isStandardErrorJournal())
    // Ends after the last word is said: who waits for the parent finds it there.
    var parent: WaitingParent?
    do throws(Failure) {
        let inherited = ThisProcess.takeInheritedDescriptor(Vault.name)
        ThisProcess.setFileCreationMask(0o022)
        if !options.isForeground {
            log.alsoToSystemLog()
            parent = try .left()
        }
        return try serve(options, places, &parent, log, inherited)
    } catch {
        log.sayLast(.error, "portreserve: \(error)")
        return .notDone
    }
}

private func serve(
    _ options: Options, _ places: Places, _ parent: inout WaitingParent?, _ log: Log,
    _ inherited: consuming Descriptor?
) throws(Failure) -> ExitStatus {
    let signals = try needed("signalfd") { () throws(Errno) in try Signals() }
    try needed("/") { () throws(Errno) in try ThisProcess.moveToRootDirectory() }
    let manager = options.isForeground ? ServiceManager() : nil
    _ = manager?.tell(status: "starting")
    var heritage = Heritage(
        inherited, by: manager, isWanted: options.stays && options.isForeground, places, log)
    // A second daemon ends here.
    let instance = try Instance(
        places, inBackground: !options.isForeground, lock: heritage.lock.take())
    // Of a start that fails too; what is kept is the next instance's.
    var isKept = heritage.vault != nil
    defer { if !isKept { instance.removeFiles() } }
    try instance.writePid()
    let plan = readPlan(places, log)
    let entrances = try Entrances(
        places, releases: heritage.releases.take(), control: heritage.control.take())
    defer { if !isKept { Entrances.removeFiles(places) } }
    let place = [instance.lockNumber, entrances.releases.number, entrances.control.number]
    let wakers = try needed("epoll") { () throws(Errno) in try Wakers() }
    var loop = Loop(signals, entrances, wakers, plan, log, places, manager, stays: options.stays)
    loop.keeper.vault = heritage.vault.take()
    let identity = Entrances.identity(places) ?? ""
    loop.keeper.tellVault { vault throws(Errno) in try vault?.putPlace(place, identity) }
    try needed("epoll") { () throws(Errno) in try loop.join() }
    loop.raiseGuard(isWanted: options.stays && options.usesGuard, after: &heritage)
    loop.hold()
    if let parent = parent.take() { try loop.letGo(of: parent) }
    // From here on ports are ours: nothing but the loop ends the daemon.
    return loop.run(&isKept)
}

private func readPlan(_ places: Places, _ log: Log) -> Plan {
    var reader = ConfigurationReader(places)
    let plan = reader.plan(services: places.services, after: .empty)
    log.say(reader.diagnostics, places)
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
