internal import Control
internal import LinuxIO
internal import Text

/// The daemon's own sockets, by which others come to it.
struct Entrances: ~Copyable {
    /// Where 0.0.5's datagrams come in.
    let releases: Descriptor
    /// Where Varlink clients knock.
    let control: Descriptor

    /// Makes both; what is in their places is a dead daemon's, since the lock is ours.
    ///
    /// Those that the last instance has left go on.
    @inline(never)
    init(
        _ places: Places, releases inherited: consuming Descriptor? = nil,
        control old: consuming Descriptor? = nil
    ) throws(Failure) {
        if let inherited, let old {
            // Linux: from then on clients see that this process has it, SO_PEERCRED.
            try needed(places.controlSocket) { () throws(Errno) in
                try old.listen(backlog: ClientLimits.backlog)
            }
            releases = inherited
            control = old
            return
        }
        // A daemon without a lock, of whatever kind, has the socket as long as it takes datagrams.
        let isTaken = (try? connectedDatagramSocket(to: Path(places.releaseSocket))) != nil
        if isTaken { throw .alreadyRunning(pid: nil) }
        let releases = try needed(places.releaseSocket) { () throws(Errno) in
            try removeFile(Path(places.releaseSocket))
            return try boundDatagramSocket(at: Path(places.releaseSocket))
        }
        let control: Descriptor
        do throws(Failure) {
            control = try listening(places.controlSocket)
        } catch {
            try? removeFile(Path(places.releaseSocket))
            throw error
        }
        self.releases = releases
        self.control = control
    }

    /// What their names lead to now, nil where one leads nowhere.
    static func identity(_ places: Places) -> Text? {
        guard let releases = try? LinuxIO.identity(of: Path(places.releaseSocket)),
            let control = try? LinuxIO.identity(of: Path(places.controlSocket))
        else { return nil }
        return "\(releases) \(control)"
    }

    /// Removes both names.
    static func removeFiles(_ places: Places) {
        try? removeFile(Path(places.releaseSocket))
        try? removeFile(Path(places.controlSocket))
    }
}

private func listening(_ path: Text) throws(Failure) -> Descriptor {
    try needed(path) { () throws(Errno) in
        try removeFile(Path(path))
        // Everybody may knock; who may do what is decided by SO_PEERCRED.
        let mask = ThisProcess.setFileCreationMask(0o111)
        defer { ThisProcess.setFileCreationMask(mask) }
        return try listeningSocket(at: Path(path), backlog: ClientLimits.backlog)
    }
}
