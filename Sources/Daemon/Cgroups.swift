internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

/// The cgroups that say who binds, and news of those that somebody's life depends on.
struct Cgroups: ~Copyable {
    /// What is followed.
    private struct Followed {
        let id: UInt64
        let path: Text
    }

    /// Something that happened to a cgroup.
    struct News {
        let id: UInt64
        /// nil: it is gone.
        let isPopulated: Bool?
    }

    let tree: CgroupTree?
    let own: Text?
    /// How much deeper cgroups are below the root of all than below that of our namespace.
    var depthOfRoot = 0
    private var watch: CgroupWatch?
    private var followed: [Followed] = []
    /// What has come beside one that is followed.
    private var created: [Text] = []

    /// Looks where cgroup2 is; without it nobody has an X.
    init() {
        tree = try? CgroupTree()
        own = (try? ProcessFacts(pid: ThisProcess.pid))?.cgroup.map { $0.path }
        watch = tree.flatMap { try? CgroupWatch($0) }
    }

    /// Begins to be told of in `events`.
    borrowing func join(_ events: borrowing Events, token: UInt64) throws(Errno) {
        switch watch {
        case .none: return
        case .some(let watch): try events.add(watch.descriptor, token: token)
        }
    }

    /// What the cgroup of a process says of it.
    borrowing func identity(in cgroup: Text) -> Identity? {
        Identity(ofProcessIn: cgroup, own: own)
    }

    /// What the process says of who will bind; nil where it says nothing, or is gone.
    @inline(never)
    borrowing func identity(of pid: Int32?) -> Identity? {
        guard let pid, let facts = try? ProcessFacts(pid: pid), let cgroup = facts.cgroup else {
            return nil
        }
        return cgroup.isRemoved ? nil : identity(in: cgroup.path)
    }

    /// The kernel's number for a cgroup, nil where it is gone.
    borrowing func id(of cgroup: Text) -> UInt64? {
        try? tree?.id(of: cgroup)
    }

    /// The cgroup in which a socket was made, nil where it is gone or cannot be told.
    borrowing func cgroup(ofSocket socket: FoundSocket) -> Text? {
        socket.cgroup.flatMap { cgroup(of: $0) }
    }

    /// The cgroup of that number, nil where it is gone or cannot be told.
    @inline(never)
    borrowing func cgroup(of id: UInt64) -> Text? { (try? tree?.cgroup(of: id)) ?? nil }

    /// The cgroup as it is now, and follows it; nil where it is gone.
    @inline(never)
    mutating func place(of identity: Identity) -> Place? {
        guard watch != nil, let id = id(of: identity.cgroup) else { return nil }
        if !followed.contains(where: { $0.id == id }) {
            let isWatched = try? watch?.watch(identity.cgroup)
            if isWatched != true { return nil }
            followed.append(Followed(id: id, path: identity.cgroup))
        }
        // Looked at after the watch began: what happens from now on is told.
        guard self.id(of: identity.cgroup) == id, let isPopulated = isPopulated(identity.cgroup)
        else { return nil }
        return Place(id: id, level: level(of: identity.cgroup), isPopulated: isPopulated)
    }

    /// The cgroup of a unit, where it runs, and follows it.
    @inline(never)
    mutating func place(ofUnit unit: Text) -> Place? {
        tree?.cgroup(named: unit).flatMap { identity(in: $0) }.flatMap { place(of: $0) }
    }

    /// Follows no other than these.
    mutating func follow(_ ids: [UInt64]) {
        for one in followed where !ids.contains(one.id) { watch?.unwatch(one.path) }
        followed.removeAll { !ids.contains($0.id) }
    }

    /// What is there to be read.
    @inline(never)
    mutating func read() -> [News] {
        guard let news = try? watch?.read() else { return [] }
        var told: [News] = []
        for one in news {
            switch one {
            case .removed(let path):
                // One of the same name may be there again, has another number, and is then watched
                // no more: the watch was the old one's.
                for one in followed where one.path == path {
                    if id(of: path) == one.id { _ = try? watch?.watch(path) }
                    told += look(at: one)
                }
                for gone in told where gone.isPopulated == nil {
                    followed.removeAll { $0.id == gone.id }
                }
            case .changed(let path):
                for one in followed where one.path == path { told += look(at: one) }
            case .created(let path): created.append(path)
            case .lost: told += lookAgain()
            }
        }
        return told
    }

    /// The cgroups that have come beside one that is followed, since this was last asked.
    mutating func takeCreated() -> [Text] {
        defer { created = [] }
        return created
    }

    /// Looks at all that are followed: news of cgroups can be late or lost.
    ///
    /// Linux: a change of `populated` less than 10 ms after another is told 20 ms later, or never
    /// when the cgroup is removed meanwhile. KERNEL.md section 9.
    @inline(never)
    mutating func lookAgain() -> [News] {
        var news: [News] = []
        for one in followed { news += look(at: one) }
        for gone in news where gone.isPopulated == nil {
            for one in followed where one.id == gone.id { watch?.unwatch(one.path) }
            followed.removeAll { $0.id == gone.id }
        }
        return news
    }

    /// Nothing where it cannot be seen now.
    @inline(never)
    private borrowing func look(at one: Followed) -> [News] {
        do throws(Errno) {
            let isThere = try tree?.id(of: one.path) == one.id
            return [News(id: one.id, isPopulated: isThere ? try tree?.isPopulated(one.path) : nil)]
        } catch {
            return []
        }
    }

    private borrowing func isPopulated(_ cgroup: Text) -> Bool? {
        try? tree?.isPopulated(cgroup)
    }
}
