internal import CLinux
public import Text

/// The words this program was called with, the first one its own name.
public func programArguments() -> [Text] {
    (0..<clinux_argument_count()).map { index in
        guard let word = unsafe clinux_argument(index) else { return "" }
        return unsafe Text(cString: word)
    }
}

/// The value of an environment variable, nil where it is not set.
public func environment(_ name: StaticString) -> Text? {
    let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe Text(cString: value)
}

/// The pid of this process.
public func ownPid() -> Int32 { getpid() }

/// Whether a process of that pid is there, a zombie included.
public func isAlive(pid: Int32) -> Bool { kill(pid, 0) == 0 || clinux_errno() == EPERM }

/// Ends the process at once, with nothing flushed and nothing run.
public func leave(status: Int32) -> Never { _exit(status) }

/// Which side of a fork this is.
public enum ForkSide {
    case parent
    case child
}

/// Makes a copy of this process, which must have one thread.
public func forkProcess() throws(Errno) -> ForkSide {
    try ask { fork() } == 0 ? .child : .parent
}

/// Makes this process the leader of a session of its own, away from any terminal.
public func startSession() throws(Errno) { _ = try ask { setsid() } }

/// Makes `/` the working directory, so that no file system is kept busy.
public func moveToRootDirectory() throws(Errno) { _ = try ask { unsafe chdir("/") } }

/// The working directory, nil where it has no name any more.
public func workingDirectory() -> Text? {
    guard let path = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(path) }
    return unsafe Text(cString: path)
}

/// Sets which bits new files of this process never have.
public func setFileCreationMask(_ mask: UInt32) { _ = umask(mask) }

/// Opens /dev/null on each of descriptors 0 to 2 that is closed: what is opened later would get
/// that number, and a stray write to standard error would go into it.
public func openStandardDescriptors() throws(Errno) {
    while true {
        // The lowest free number is given.
        let null = try open("/dev/null", .readWrite)
        if null.number > 2 { return }
        null.keepOpen()
    }
}

/// Closes what the caller of this program left open, a lock of a package manager say.
///
/// To be called before anything is opened. A kernel before 5.9 closes nothing.
public func closeInheritedDescriptors() { clinux_close_from(3) }

extension Descriptor {
    /// Gives up the ownership: the file stays open as long as the process lives.
    fileprivate consuming func keepOpen() { discard self }
}

/// How many files this process may have open: now, and at most by its own will.
public struct OpenFileLimit {
    /// What counts now.
    public let soft: Int
    /// What the process may raise it to by itself.
    public let hard: Int

    /// The limit in force.
    public static func current() throws(Errno) -> OpenFileLimit {
        var limit = rlimit()
        _ = try ask { unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
        return OpenFileLimit(
            soft: Int(clamping: limit.rlim_cur), hard: Int(clamping: limit.rlim_max))
    }

    /// Sets it; more than the hard limit is CAP_SYS_RESOURCE's to give: `.notPermitted`.
    public static func set(soft: Int, hard: Int) throws(Errno) {
        var limit = rlimit(rlim_cur: rlim_t(soft), rlim_max: rlim_t(hard))
        _ = try ask { unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
    }
}
