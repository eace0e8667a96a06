public import LinuxIO
public import Text

/// News of cgroups: that one is gone, that its processes have come or gone, that it has a sibling.
///
/// Who begins to watch looks at the cgroup afterwards: what happened before is not told.
public struct CgroupWatch: ~Copyable {
    /// Something that happened.
    public enum News: Equatable {
        /// It was removed, and is not watched any more; one of that name may be there again.
        case removed(Text)
        /// Its cgroup.events was changed; whether it was populated in between is not known.
        case changed(Text)
        /// It has come, beside one that is watched.
        case created(Text)
        /// There were more news than the kernel keeps: look at everything again.
        case lost
    }

    /// What to watch: it can be read when there are news.
    public let descriptor: Descriptor
    private let tree: CgroupTree
    private let most: Int
    private var entries: [Entry] = []

    /// One cgroup; its parent's watch is shared by all children of one parent.
    private struct Entry {
        let cgroup: Text
        let name: Text
        let parentWatch: Int32
        let eventsWatch: Int32
        var count: Int
    }

    /// Watches nothing yet.
    public init(_ tree: CgroupTree) throws(Errno) {
        try self.init(tree, most: Limits.watchedCgroups)
    }

    init(_ tree: CgroupTree, most: Int) throws(Errno) {
        descriptor = try Descriptor.inotify()
        self.tree = tree
        self.most = most
    }

    /// Watches `cgroup`; as often as this is called, `unwatch` has to be.
    ///
    /// false: there is none, it is the root, or it is not seen from here. Throws `.noSpace` where
    /// more would be watched than may be, by us or by the kernel.
    @inline(never)
    public mutating func watch(_ cgroup: Text) throws(Errno) -> Bool {
        if let index = entries.firstIndex(where: { $0.cgroup == cgroup }) {
            entries[index].count += 1
            return true
        }
        guard let (parent, name) = parentAndName(of: cgroup),
            let directory = tree.directory(of: cgroup),
            let parentDirectory = tree.directory(of: parent)
        else { return false }
        if entries.count >= most { throw .noSpace }
        do throws(Errno) {
            let parentWatch = try descriptor.watchNames(in: Path(parentDirectory))
            try addEntry(cgroup, name, directory, parentWatch)
            return true
        } catch .noEntry, .noDevice {
            return false
        }
    }

    private mutating func addEntry(
        _ cgroup: Text, _ name: Text, _ directory: Text, _ parentWatch: Int32
    ) throws(Errno) {
        do throws(Errno) {
            let eventsWatch = try descriptor.watchChanges(of: Path(directory + eventsName))
            entries.append(
                Entry(
                    cgroup: cgroup, name: name, parentWatch: parentWatch,
                    eventsWatch: eventsWatch, count: 1))
        } catch {
            removeUnused(parentWatch)
            throw error
        }
    }

    /// Undoes one `watch`; a cgroup that is not watched any more is as good.
    @inline(never)
    public mutating func unwatch(_ cgroup: Text) {
        guard let index = entries.firstIndex(where: { $0.cgroup == cgroup }) else { return }
        entries[index].count -= 1
        if entries[index].count == 0 { remove(at: index) }
    }

    /// How many cgroups are watched.
    public var watchedCount: Int { entries.count }

    /// The news that are there now, as far as they fit a buffer; empty where there are none.
    @inline(never)
    public mutating func read() throws(Errno) -> [News] {
        var news: [News] = []
        for notice in try descriptor.nextNotices() {
            if let next = take(notice), news.last != next { news.append(next) }
        }
        return news
    }

    @inline(never)
    private mutating func take(_ notice: Descriptor.Notice) -> News? {
        switch notice {
        case .lost: return .lost
        case .modified(let watch):
            return entries.first { $0.eventsWatch == watch }.map { .changed($0.cgroup) }
        case .created(let watch, let name):
            let sibling = entries.first { $0.parentWatch == watch }
            guard let sibling, let (parent, _) = parentAndName(of: sibling.cgroup) else {
                return nil
            }
            return .created(parent == "/" ? parent + name : parent + "/" + name)
        case .deleted(let watch, let name):
            let index = entries.firstIndex { $0.parentWatch == watch && $0.name == name }
            guard let index else { return nil }
            let cgroup = entries[index].cgroup
            remove(at: index)
            return .removed(cgroup)
        case .ended(let watch):
            // Ours end so too, and are in no entry then: the kernel gives no number out again.
            let isWatched = entries.contains { $0.parentWatch == watch || $0.eventsWatch == watch }
            return isWatched ? .lost : nil
        }
    }

    @inline(never)
    private mutating func remove(at index: Int) {
        let entry = entries.remove(at: index)
        descriptor.removeWatch(entry.eventsWatch)
        removeUnused(entry.parentWatch)
    }

    private func removeUnused(_ parentWatch: Int32) {
        if !entries.contains(where: { $0.parentWatch == parentWatch }) {
            descriptor.removeWatch(parentWatch)
        }
    }
}

/// `/a/b` is `/a` and `b`; the root has no parent.
private func parentAndName(of cgroup: Text) -> (Text, Text)? {
    guard let last = cgroup.bytes.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    let name = cgroup.bytes[(last + 1)...]
    if name.isEmpty { return nil }
    return (last == 0 ? "/" : Text(cgroup.bytes[..<last]), Text(name))
}
