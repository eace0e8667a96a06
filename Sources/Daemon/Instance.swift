internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// The right to be the one daemon: the lock, and in the background the pid file of old.
///
/// Both are locked for their open file descriptions, which excludes fcntl's old locks too.
struct Instance: ~Copyable {
    private let places: Places
    private let lock: Descriptor
    private let pidFile: Descriptor?

    /// Takes the place, or says who has it.
    ///
    /// Leftovers of a dead daemon are no hindrance.
    ///
    /// `lock`: what the last instance has left of it.
    @inline(never)
    init(_ places: Places, inBackground: Bool, lock inherited: consuming Descriptor? = nil)
        throws(Failure)
    {
        try needed(places.runtimeDirectory) { () throws(Errno) in
            try makeDirectory(Path(places.runtimeDirectory), mode: 0o755)
        }
        let lock: Descriptor
        if let inherited, isNamed(inherited, places.lock) {
            lock = inherited
        } else {
            lock = try lockedFile(places.lock)
        }
        var pidFile: Descriptor?
        do throws(Failure) {
            if inBackground {
                pidFile = try lockedFile(places.pidFile)
            } else {
                try removeDeadPidFile(places.pidFile)
            }
        } catch {
            try? removeFile(Path(places.lock))
            throw error
        }
        self.places = places
        self.lock = lock
        self.pidFile = pidFile
    }

    /// The lock, to be kept for the next instance.
    var lockNumber: Int32 { lock.number }

    /// Writes the pid of this process where it is looked for.
    borrowing func writePid() throws(Failure) {
        let line: Text = "\(ThisProcess.pid)\n"
        try needed(places.lock) { () throws(Errno) in
            try lock.replaceContents(with: line.bytes.span)
        }
        switch pidFile {
        case .none: return
        case .some(let file):
            try needed(places.pidFile) { () throws(Errno) in
                try file.replaceContents(with: line.bytes.span)
            }
        }
    }

    /// Removes what stands for this daemon on disk; the lock last, since it is the right to do so.
    borrowing func removeFiles() {
        let isBackground = pidFile != nil
        if isBackground { try? removeFile(Path(places.pidFile)) }
        try? removeFile(Path(places.lock))
    }
}

/// Opens `path` and locks it, made anew where it is missing.
private func lockedFile(_ path: Text) throws(Failure) -> Descriptor {
    let tries = 10
    for _ in 0..<tries {
        let file = try needed(path) { () throws(Errno) in
            try open(Path(path), .readWriteCreating(mode: 0o644))
        }
        if case .refused(let pid) = try needed(path, { () throws(Errno) in try file.lock() }) {
            throw .alreadyRunning(pid: pid ?? pidIn(file))
        }
        // Who held it may have removed the name between our open and our lock.
        if isNamed(file, path) { return file }
    }
    throw .alreadyRunning(pid: nil)
}

private func isNamed(_ file: borrowing Descriptor, _ path: Text) -> Bool {
    (try? identity(of: Path(path))) == (try? file.identity())
}

/// A daemon in the foreground has no pid file; one that nobody has locked is a dead daemon's.
private func removeDeadPidFile(_ path: Text) throws(Failure) {
    guard let file = try? open(Path(path), .readWrite) else { return }
    if case .refused(let pid) = try needed(path, { () throws(Errno) in try file.lock() }) {
        throw .alreadyRunning(pid: pid ?? pidIn(file))
    }
    try needed(path) { () throws(Errno) in try removeFile(Path(path)) }
}

private func pidIn(_ file: borrowing Descriptor) -> Int32? {
    let digits = (try? file.readAll(most: 16)) ?? []
    let pid = decimal(digits.prefix { $0 != UInt8(ascii: "\n") }).map { Int32($0) }
    // Who has just taken the lock over from a dead daemon has not yet written its own.
    return pid.flatMap { $0 > 0 && isAlive(pid: $0) ? $0 : nil }
}
