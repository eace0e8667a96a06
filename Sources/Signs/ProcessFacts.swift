public import LinuxIO
public import Text

/// What /proc tells of a process.
public struct ProcessFacts: Equatable {
    /// The name of its program, as it calls itself; any bytes.
    public let command: Text
    /// Its parent, 0 where that is outside of our pid namespace.
    public let parent: Int32
    /// Who started it.
    public let uid: UInt32
    /// As whom it acts.
    public let effectiveUID: UInt32
    /// Where it is in cgroup2, nil where the kernel has none.
    public let cgroup: CgroupPath?

    /// Looks at `pid`, or at its remains as a zombie; nil when it is gone.
    public init?(pid: Int32) throws(Errno) {
        do throws(Errno) {
            // All of it through one directory: when the pid is given out anew, reads fail.
            let directory = try open(Path("/proc/\(pid)"), .directory)
            let status = try contents("status", of: directory, most: Limits.statusBytes)
            var command = try contents("comm", of: directory, most: Limits.commandBytes)
            let cgroups = try contents("cgroup", of: directory, most: Limits.cgroupBytes)
            if command.last == newline { command.removeLast() }
            guard let parent = fields("PPid:", of: status).first,
                let uids = pair(fields("Uid:", of: status))
            else { return nil }
            self.command = Text(command)
            self.parent = Int32(clamping: parent)
            (uid, effectiveUID) = uids
            cgroup = CgroupPath(inProcessFile: cgroups)
        } catch .noEntry, .noProcess {
            return nil
        }
    }
}

/// Where a process is in cgroup2, as /proc/PID/cgroup tells.
public struct CgroupPath: Equatable {
    /// From the root of our cgroup namespace: `/system.slice/cups.service`.
    public let path: Text
    /// Whether the kernel said that the cgroup has been removed: its last process is a zombie.
    public let isRemoved: Bool

    /// Finds the line `0::` of a /proc/PID/cgroup.
    init?(inProcessFile bytes: [UInt8]) {
        let prefix = Text("0::").bytes
        let lines = words(of: bytes[...], between: newline)
        guard let line = lines.first(where: { $0.starts(with: prefix) }) else { return nil }
        let mark = Text(" (deleted)").bytes
        let path = line.dropFirst(prefix.count)
        isRemoved = path.suffix(mark.count).elementsEqual(mark)
        self.path = Text(isRemoved ? path.dropLast(mark.count) : path)
    }
}

private let newline = UInt8(ascii: "\n")

private func contents(
    _ name: Path, of directory: borrowing Descriptor, most: Int
) throws(Errno) -> [UInt8] {
    let file = try open(name, .read, below: directory)
    return Array(try file.readAll(most: most).prefix(most))
}

/// The numbers in the line of a /proc/PID/status that begins with `name`.
private func fields(_ name: Text, of status: [UInt8]) -> [Int] {
    let lines = words(of: status[...], between: newline)
    guard let line = lines.first(where: { $0.starts(with: name.bytes) }) else { return [] }
    return words(of: line.dropFirst(name.bytes.count), between: UInt8(ascii: "\t")).compactMap {
        integer($0)
    }
}

private func pair(_ numbers: [Int]) -> (UInt32, UInt32)? {
    guard numbers.count >= 2 else { return nil }
    return (UInt32(clamping: numbers[0]), UInt32(clamping: numbers[1]))
}
