public import LinuxIO
internal import Text

/// Who has a socket open.
public struct SocketOwner: Equatable {
    /// The socket's inode.
    public let inode: UInt32
    /// One process that has it; there may be more.
    public let pid: Int32
}

/// One walk through /proc for the owners of many sockets at once, in slices.
///
/// It looks at descriptors, not at memory: a process that was started, forked or was handed a
/// socket during the walk may be missed, so that a walk which finds nobody is worth a second one.
public struct OwnerSearch: ~Copyable {
    private let inodes: [Int]
    private var processes: Descriptor?
    private var pids: [Int32] = []
    private var current: Files?
    /// Processes that could not be looked into: not ours, without CAP_SYS_PTRACE, or no descriptor
    /// was left for it.
    public private(set) var unseenCount = 0

    /// The descriptors of one process, as far as they have been read.
    private struct Files: ~Copyable {
        let pid: Int32
        let directory: Descriptor
        var numbers: [Int32] = []
        var seen: [UInt32] = []

        /// The inode of the next descriptor, 0 where that is no socket; nil behind the last one.
        ///
        /// Throws what ends the look at this process.
        mutating func nextInode() throws(Errno) -> UInt32? {
            guard let file = numbers.popLast() else {
                guard let more = try directory.nextNumbers() else { return nil }
                numbers = more
                return 0
            }
            do throws(Errno) {
                return try directory.socketInode(ofFile: file) ?? 0
            } catch .noEntry {
                return 0  // Closed meanwhile.
            }
        }
    }

    /// Begins a walk for `inodes`; 0 is nobody's.
    public init(for inodes: [UInt32]) throws(Errno) {
        self.inodes = rising(inodes.filter { $0 != 0 }.map { Int($0) })
        processes = self.inodes.isEmpty ? nil : try open("/proc", .directory)
    }

    /// Whether the walk has come to its end.
    public var isDone: Bool { processes == nil && current == nil }

    /// Goes on for at most `looks` processes and descriptors in all, and tells of owners it met.
    ///
    /// Each owner of an inode is told once; a process that has ended meanwhile is left out.
    public mutating func step(looks: Int) -> [SocketOwner] {
        var owners: [SocketOwner] = []
        var left = looks
        while left > 0, !isDone {
            left -= 1
            if let owner = look() { owners.append(owner) }
        }
        return owners
    }

    /// Looks at the next descriptor, or opens the next process.
    private mutating func look() -> SocketOwner? {
        guard var files = current.take() else {
            openNextProcess()
            return nil
        }
        do throws(Errno) {
            let inode = try files.nextInode()
            let pid = files.pid
            let isDone = inode == nil
            let isNew = inode.map { isWanted($0) && !files.seen.contains($0) } ?? false
            if let inode, isNew { files.seen.append(inode) }
            if !isDone { current = consume files }
            return isNew ? inode.map { SocketOwner(inode: $0, pid: pid) } : nil
        } catch {
            count(error)
            return nil
        }
    }

    private mutating func count(_ refusal: Errno) {
        let isGone = refusal == .noEntry || refusal == .noProcess
        if !isGone { unseenCount += 1 }
    }

    private mutating func openNextProcess() {
        guard let pid = pids.popLast() else {
            readMorePids()
            return
        }
        do throws(Errno) {
            current = Files(pid: pid, directory: try open(Path("/proc/\(pid)/fd"), .directory))
        } catch {
            count(error)
        }
    }

    private mutating func readMorePids() {
        guard let directory = processes.take() else { return }
        guard let more = (try? directory.nextNumbers()) ?? nil else { return }
        pids = more
        processes = consume directory
    }

    private func isWanted(_ inode: UInt32) -> Bool {
        let index = place(of: Int(inode), in: inodes)
        return index < inodes.count && inodes[index] == Int(inode)
    }
}

/// Where `inode` is, or would be, among numbers in rising order.
private func place(of inode: Int, in sorted: [Int]) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
        let middle = (low + high) / 2
        if sorted[middle] < inode { low = middle + 1 } else { high = middle }
    }
    return low
}
