internal import CLinux
public import Text

/// What concerns this process as a whole.
public enum ThisProcess {
    /// The words this program was called with, the first one its own name.
    public static var arguments: [Text] {
        (0..<clinux_argument_count()).map { index in
            guard let word = unsafe clinux_argument(index) else { return "" }
            return unsafe Text(cString: word)
        }
    }

    /// Waits.
    public static func sleep(milliseconds: Int) {
        _ = poll(nil, 0, Int32(clamping: milliseconds))
    }

    /// The value of an environment variable, nil where it is not set.
    public static func environment(_ name: StaticString) -> Text? {
        let name = unsafe UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe Text(cString: value)
    }

    /// The pid of this process.
    public static var pid: Int32 { getpid() }

    /// Whether it acts as root.
    public static var isRoot: Bool { geteuid() == 0 }

    /// Makes a write to a pipe that nobody reads fail, instead of ending the process by SIGPIPE.
    public static func ignoreBrokenPipes() { clinux_ignore_sigpipe() }

    /// Ends the process at once, with nothing flushed and nothing run.
    public static func leave(status: Int32) -> Never { _exit(status) }

    /// Which side of a fork this is.
    public enum Side {
        case parent(child: Int32)
        case child
    }

    /// Makes a copy of this process, which must have one thread.
    public static func fork() throws(Errno) -> Side {
        let child = try ask { CLinux.fork() }
        return child == 0 ? .child : .parent(child: child)
    }

    /// Waits for the end of `child`, and gives the signal that ended it; nil: it ended by itself.
    public static func signalThatEnded(_ child: Int32) throws(Errno) -> Int32? {
        var status: Int32 = 0
        _ = try ask { unsafe waitpid(child, &status, 0) }
        // WTERMSIG, a macro: the low seven bits.
        return status & 0x7f == 0 ? nil : status & 0x7f
    }

    /// Has a program go on in place of this one: `words`, of which the first is looked for as a shell
    /// does.
    public static func become(_ words: [Text]) throws(Errno) -> Never {
        var copies: [UnsafeMutablePointer<CChar>?] = unsafe []
        for word in words {
            try unsafe Path(word).withPointer { word throws(Errno) in
                unsafe copies.append(strdup(word))
            }
        }
        unsafe copies.append(nil)
        defer { unsafe copies.forEach { unsafe free($0) } }
        guard let name = unsafe copies[0] else { throw .noEntry }
        _ = try ask { unsafe execvp(name, copies) }
        fatalError("who was replaced goes on")
    }

    /// Makes this process the leader of a session of its own, away from any terminal.
    public static func startSession() throws(Errno) { _ = try ask { setsid() } }

    /// Makes `/` the working directory, so that no file system is kept busy.
    public static func moveToRootDirectory() throws(Errno) { _ = try ask { unsafe chdir("/") } }

    /// The working directory, nil where it has no name any more.
    public static var workingDirectory: Text? {
        guard let path = unsafe getcwd(nil, 0) else { return nil }
        defer { unsafe free(path) }
        return unsafe Text(cString: path)
    }

    /// Sets which bits new files of this process never have, and gives those of before.
    @discardableResult
    public static func setFileCreationMask(_ mask: UInt32) -> UInt32 { umask(mask) }

    /// Opens /dev/null on each of descriptors 0 to 2 that is closed.
    ///
    /// What is opened later would get that number, and a line for standard error would go into it.
    /// To be called first of all; without a /dev/null the numbers stay closed.
    public static func openStandardDescriptors() {
        // The lowest free number is given.
        while let null = try? open("/dev/null", .readWrite), null.number <= 2 { null.keepOpen() }
    }

    /// Gives up for good what only the loading of programs into the kernel needs.
    ///
    /// CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN, and CAP_SYS_ADMIN, which stands for all of them;
    /// linux/capability.h. What is not there need not go.
    public static func dropLoadingCapabilities() {
        let netAdmin: UInt64 = 1 << 12
        let sysAdmin: UInt64 = 1 << 21
        let perfmonAndBPF: UInt64 = 3 << 38
        _ = clinux_drop_capabilities(netAdmin | sysAdmin | perfmonAndBPF)
    }

    /// Whether pids that the kernel tells of are those that we see; Linux gives the first namespace
    /// of pids the inode PROC_PID_INIT_INO.
    public static var isInFirstPidNamespace: Bool {
        (try? identity(of: "/proc/self/ns/pid"))?.inodeNumber == 0xefff_fffc
    }

    /// Takes the descriptor that the service manager kept for us under `name`, nil where there is
    /// none, and closes whatever else this program was left: a lock of a package manager say.
    ///
    /// To be called before anything is opened. A kernel before 5.9 closes nothing. sd_listen_fds(3)
    /// has the variables.
    public static func takeInheritedDescriptor(_ name: Text) -> Descriptor? {
        var kept: Int32?
        if environment("LISTEN_PID") == Text(decimal: Int(pid)) {
            let names = parts(
                of: (environment("LISTEN_FDNAMES") ?? "").bytes[...], between: UInt8(ascii: ":"))
            kept = names.firstIndex { $0.elementsEqual(name.bytes) }.map { 3 + Int32($0) }
        }
        guard let kept else {
            clinux_close_range(3, .max, 0)
            return nil
        }
        if kept > 3 { clinux_close_range(3, UInt32(kept) - 1, 0) }
        clinux_close_range(UInt32(kept) + 1, .max, 0)
        // Linux 5.11; before that it is inherited, and we start no other program.
        clinux_close_range(UInt32(kept), UInt32(kept), 4)  // CLOSE_RANGE_CLOEXEC
        return Descriptor(owning: kept)
    }
}

/// Whether a process of that pid is there, a zombie included.
public func isAlive(pid: Int32) -> Bool { kill(pid, 0) == 0 || clinux_errno() == EPERM }

extension Descriptor {
    /// Gives up the ownership: the file stays open as long as the process lives.
    fileprivate consuming func keepOpen() { discard self }
}
