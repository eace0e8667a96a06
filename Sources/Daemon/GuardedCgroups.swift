internal import Guard
internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

/// What the guard has to know of cgroups.
extension Cgroups {
    /// Where the programs are attached; nil: there is no cgroup2.
    borrowing func openRoot() throws(Errno) -> Descriptor? {
        guard let tree else { return nil }
        return try open(Path(tree.directory), .directory)
    }

    /// Finds out how deep our namespace's root is; false: the guard cannot tell cgroups apart.
    mutating func measure(by kernel: inout Guard) throws(Errno) -> Bool {
        guard let own, let id = id(of: own) else { return false }
        let depth = depth(of: own)
        guard let level = try kernel.ownLevel(of: id, from: depth) else { return false }
        depthOfRoot = level - depth
        return true
    }

    /// The cgroup of all that users run, as a place until somebody binds.
    borrowing func users() -> GuardPlace? {
        let slice: Text = "/user.slice"
        return id(of: slice).map { GuardPlace(id: $0, level: level(of: slice), isOpen: true) }
    }

    /// How far a cgroup is below the root of all.
    borrowing func level(of cgroup: Text) -> Int { depthOfRoot + depth(of: cgroup) }

    @inline(never)
    private borrowing func depth(of cgroup: Text) -> Int {
        words(of: cgroup.bytes[...], between: UInt8(ascii: "/")).count
    }

    /// What the cgroup of that id says of who is in it.
    @inline(never)
    borrowing func identity(inCgroup id: UInt64) -> Identity? {
        cgroup(of: id).flatMap { identity(in: $0) }
    }
}
