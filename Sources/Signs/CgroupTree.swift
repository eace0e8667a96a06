public import LinuxIO
public import Text

/// Where cgroup2 is mounted, on hybrid hosts too.
public struct CgroupTree: Equatable {
    /// The directory it is mounted on.
    public let directory: Text
    /// Which cgroup is seen there, `/` the root of our cgroup namespace.
    let root: Text

    /// Looks for it among the mounts of this process; nil where it is not mounted.
    public init?() throws(Errno) {
        let mounts = try open("/proc/self/mountinfo", .read).readAll(most: Limits.mountsBytes)
        self.init(mounts: mounts)
    }

    /// Finds it in a /proc/self/mountinfo: the first that shows the root, else the first of all.
    init?(mounts: [UInt8]) {
        var found: CgroupTree?
        for line in words(of: mounts[...], between: UInt8(ascii: "\n")) {
            guard let tree = CgroupTree(mount: line) else { continue }
            if found == nil { found = tree }
            if found?.root != "/", tree.root == "/" { found = tree }
        }
        guard let found else { return nil }
        self = found
    }

    /// Reads one line, proc_pid_mountinfo(5).
    private init?(mount line: ArraySlice<UInt8>) {
        let words = words(of: line, between: UInt8(ascii: " "))
        let dash: ArraySlice<UInt8> = [UInt8(ascii: "-")]
        guard words.count > 6, let end = words[6...].firstIndex(of: dash), end + 1 < words.count
        else { return nil }
        guard Text(words[end + 1]) == "cgroup2" else { return nil }
        root = unescaped(words[3])
        directory = unescaped(words[4])
    }

    /// The directory of a cgroup, nil where it is not seen from here.
    func directory(of cgroup: Text) -> Text? {
        var path = cgroup.bytes[...]
        if root != "/" {
            guard path.starts(with: root.bytes) else { return nil }
            path = path.dropFirst(root.bytes.count)
            let isOther = path.first.map { $0 != slash } ?? false
            if isOther { return nil }
        }
        // A process outside of our namespace is at `/../name`.
        let climbs = words(of: path, between: slash).contains { Text($0) == ".." }
        if climbs { return nil }
        if path.last == slash { path = path.dropLast() }
        return directory + Text(path)
    }
}

extension CgroupTree {
    /// The number by which the kernel knows a cgroup, nil where there is none at `cgroup`.
    ///
    /// A cgroup that is made again has another one.
    public func id(of cgroup: Text) throws(Errno) -> UInt64? {
        guard let directory = directory(of: cgroup) else { return nil }
        // ENODEV where it was removed while its file was open.
        do throws(Errno) {
            return try identity(of: Path(directory)).inodeNumber
        } catch .noEntry, .noDevice {
            return nil
        }
    }

    /// The cgroup of that number, from the root of our cgroup namespace; nil where it is not seen
    /// from here, or is gone.
    @inline(never)
    public func cgroup(of id: UInt64) throws(Errno) -> Text? {
        let path = try open(Path(directory), .directory).pathOfCgroup(id).bytes
        guard path.starts(with: directory.bytes) else { return nil }
        let inner = Text(path.dropFirst(directory.bytes.count))
        return root == "/" ? inner : root + inner
    }

    /// The cgroup of that name that is nearest to the root, nil where there is none; not more than
    /// `Limits.searchedCgroups` are looked at.
    @inline(never)
    public func cgroup(named name: Text) -> Text? {
        var queue: [Text] = [root == "/" ? "" : root]
        var next = 0
        while next < queue.count, next < Limits.searchedCgroups {
            let parent = queue[next]
            next += 1
            guard let directory = directory(of: parent) else { continue }
            // One may go while it is looked at.
            let children = try? open(Path(directory), .directory).entries(
                most: Limits.searchedCgroups, where: { _ in true })
            for child in children ?? [] where child.kind == .directory {
                let cgroup: Text = "\(parent)/\(child.name)"
                if child.name == name { return cgroup }
                queue.append(cgroup)
            }
        }
        return nil
    }

    /// Whether a process that is no zombie is in a cgroup or below it; nil where it is gone.
    public func isPopulated(_ cgroup: Text) throws(Errno) -> Bool? {
        guard let directory = directory(of: cgroup) else { return nil }
        do throws(Errno) {
            let file = try open(Path(directory + eventsName), .read)
            return saysPopulated(try file.readAll(most: Limits.eventsBytes))
        } catch .noEntry, .noDevice {
            // The root of all has no such file, and is never gone nor empty.
            return try id(of: cgroup) != nil && cgroup == "/" ? true : nil
        }
    }
}

/// What a cgroup.events says.
func saysPopulated(_ events: [UInt8]) -> Bool {
    words(of: events[...], between: UInt8(ascii: "\n")).contains { Text($0) == "populated 1" }
}

let eventsName: Text = "/cgroup.events"
private let slash = UInt8(ascii: "/")

/// The bytes of a word of mountinfo, where a space is `\040`.
private func unescaped(_ word: ArraySlice<UInt8>) -> Text {
    var bytes: [UInt8] = []
    var rest = word
    while let first = rest.popFirst() {
        let digits = rest.prefix(3)
        let value = first == UInt8(ascii: "\\") ? octal(digits) : nil
        if value != nil { rest = rest.dropFirst(3) }
        bytes.append(value ?? first)
    }
    return Text(bytes)
}

private func octal(_ digits: ArraySlice<UInt8>) -> UInt8? {
    let isOctal = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
    guard digits.count == 3, isOctal else { return nil }
    let value = digits.reduce(0) { $0 * 8 + Int($1 - UInt8(ascii: "0")) }
    return UInt8(exactly: value)
}
