internal import CLinux

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
