// Signs: what can be seen of the life of services from outside: their sockets, who owns those, the
// processes, their cgroups, and when any of that ends. Mechanism: each sign is a value or a source
// to put into epoll; nothing here waits, logs or decides, and nothing read is without a bound.

/// How far one looks for signs of life.
public enum Limits {
    /// Sockets that one search tells of; one port of a busy server has more, and two tell as much.
    public static let foundSockets = 4_096
    /// Bytes of one datagram from the kernel; it makes none of a dump larger.
    static let datagramBytes = 32_768
    /// Datagrams that one search reads for one family: 300,000 sockets, where none is filtered.
    static let datagrams = 1_024
    /// Datagrams with news that are read at once; the rest keeps the descriptor readable.
    static let newsDatagrams = 64
    /// Ranges of ports that the filter of news tells apart; a jump skips at most 255 steps.
    static let filteredRanges = 100
    /// Bytes of /proc/PID/status, where the wanted lines are among the first ten.
    static let statusBytes = 1_024
    /// Bytes of /proc/PID/comm.
    static let commandBytes = 64
    /// Bytes of /proc/PID/cgroup: 12 hierarchies of version 1, and a path of 4,096 bytes in each.
    static let cgroupBytes = 65_536
    /// Bytes of /proc/self/mountinfo: some thousands of mounts.
    static let mountsBytes = 1 << 20
    /// Bytes of a cgroup.events.
    static let eventsBytes = 256
    /// Cgroups that are watched at once; one more is refused as the kernel refuses, `.noSpace`.
    static let watchedCgroups = 4_096
    /// Cgroups that are looked at for one of a name.
    static let searchedCgroups = 4_096
}
