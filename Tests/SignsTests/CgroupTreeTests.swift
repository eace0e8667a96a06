import Glibc
import LinuxIO
import Seeded
import Testing
import Text

@testable import Signs

/// Lines of a /proc/self/mountinfo.
private enum Mounts {
    static let version1 =
        "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu\n"
    static let unified = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n"
    static let hybrid =
        "41 31 0:38 / /sys/fs/cgroup/unified rw shared:5 master:2 - cgroup2 cgroup2 rw\n"
    static let container =
        "77 70 0:28 /docker/9a /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw,nsdelegate\n"
    static let odd = "50 31 0:38 / /mnt/a\\040b\\134\\011c\\777 rw - cgroup2 my\\040cgroup2 rw\n"
    static let named = "50 31 0:38 / /cgroup2 rw - ext4 cgroup2 rw\n"
}

@Suite("the tree of cgroups") struct CgroupTreeTests {
    @Test(
        "is where cgroup2 is mounted",
        arguments: [
            (Mounts.unified, "/sys/fs/cgroup"), (Mounts.version1 + Mounts.hybrid, hybridPlace),
            (Mounts.named + Mounts.odd + Mounts.hybrid, "/mnt/a b\\\tc\\777"),
            (Mounts.container + Mounts.hybrid, hybridPlace),
            (Mounts.container, "/sys/fs/cgroup"),
        ] as [(String, Text)])
    func mounted(mounts: String, directory: Text) {
        #expect(CgroupTree(mounts: Array(mounts.utf8))?.directory == directory)
    }

    @Test(
        "is nowhere without such a mount",
        arguments: [
            "", Mounts.version1, Mounts.named, "\n - cgroup2\n", "1 2 3 / /a rw -\n",
            "1 2 3 / /a rw - ", "- - - - - - - -\n",
        ])
    func absent(mounts: String) {
        #expect(CgroupTree(mounts: Array(mounts.utf8)) == nil)
    }

    @Test(
        "maps a cgroup to a directory, as far as the mount shows it",
        arguments: [
            ("/", "/", "/m"), ("/", "/a/b", "/m/a/b"), ("/", "/../a", nil),
            ("/docker/9a", "/docker/9a", "/m"), ("/docker/9a", "/docker/9a/x", "/m/x"),
            ("/docker/9a", "/docker/9ab", nil), ("/docker/9a", "/docker", nil),
            ("/..", "/../a", "/m/a"), ("/..", "/a", nil),
        ] as [(String, Text, Text?)])
    func mapped(root: String, cgroup: Text, directory: Text?) {
        let tree = CgroupTree(mounts: Array("1 2 0:3 \(root) /m rw - cgroup2 c rw\n".utf8))

        #expect(tree?.directory(of: cgroup) == directory)
    }

    @Test(
        "reads whether a cgroup has processes",
        arguments: [
            ("populated 1\nfrozen 0\n", true), ("populated 0\nfrozen 1\n", false), ("", false),
            ("frozen 0\npopulated 1", true), ("populated 10\n", false),
        ])
    func populated(events: String, expected: Bool) {
        #expect(saysPopulated(Array(events.utf8)) == expected)
    }

    @Test("does not trap at any bytes", arguments: UInt64(0)..<20)
    func fuzz(seed: UInt64) {
        var random = Seeded(state: seed)
        let alphabet = Array("\\04 /-\ncgroup2 :".utf8)
        for _ in 0..<500 {
            let count = Int.random(in: 0...80, using: &random)
            let bytes = (0..<count).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let tree = CgroupTree(mounts: bytes)
            _ = tree?.directory(of: Text(bytes))
            _ = CgroupPath(inProcessFile: Array("0::".utf8) + bytes)
        }
    }
}

private let hybridPlace: Text = "/sys/fs/cgroup/unified"

@Suite("cgroups", .enabled(if: hasCgroups, "needs a cgroup2 to make cgroups in"))
struct CgroupTests {
    private let tree: CgroupTree

    init() throws { tree = try #require(try CgroupTree()) }

    @Test("have a number, which is another one when they are made again")
    func identified() throws {
        let cgroup = try OwnCgroup(tree, name: "portreserve-test-again")
        let first = try #require(try tree.id(of: cgroup.path))
        #expect(try tree.cgroup(of: first) == cgroup.path)
        cgroup.remove()
        #expect(try tree.id(of: cgroup.path) == nil)
        #expect(throws: Errno(ESTALE)) { try tree.cgroup(of: first) }
        let again = try OwnCgroup(tree, name: "portreserve-test-again")

        #expect(try tree.id(of: again.path) != first)
        #expect(try tree.id(of: "/") != nil)
    }

    @Test("are populated while a process is in them or below, and are nothing when removed")
    func population() throws {
        let cgroup = try OwnCgroup(tree)
        let inner = try OwnCgroup(tree, below: cgroup, name: "inner")
        let child = try Child()
        #expect(try tree.isPopulated(cgroup.path) == false)

        try inner.take(child.pid)

        #expect(try tree.isPopulated(cgroup.path) == true)
        #expect(try ProcessFacts(pid: child.pid)?.cgroup?.path == inner.path)
        let ended = try Descriptor.process(child.pid)
        child.kill()
        #expect(isReadable(ended.number, waitMs: generousMs))
        inner.remove()
        let removed = try ProcessFacts(pid: child.pid)?.cgroup
        #expect(removed?.isRemoved == true && removed?.path == inner.path, "a zombie tells")
        cgroup.remove()
        #expect(try tree.isPopulated(cgroup.path) == nil)
        #expect(try tree.isPopulated("/") == true)
    }

    @Test("are what a socket was made in")
    func ofSockets() throws {
        let listener = try Peer("127.0.0.1", port: 0, listens: true)
        defer { listener.close() }
        let ours = try #require(try ProcessFacts(pid: getpid())?.cgroup)

        let found = try findSockets(.tcp, ports: [0...UInt16.max], .listening).sockets

        let socket = found.first { $0.inode == listener.inode }
        #expect(try socket?.cgroup == tree.id(of: ours.path))
    }
}
