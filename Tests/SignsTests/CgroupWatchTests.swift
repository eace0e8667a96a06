import Foundation
import LinuxIO
import Testing
import Text

@testable import Signs

@Suite("a watch of cgroups", .enabled(if: hasCgroups, "needs a cgroup2 to make cgroups in"))
struct CgroupWatchTests {
    private let tree: CgroupTree
    /// What is made beside a followed cgroup is told too, and others make theirs below the root.
    private let home: OwnCgroup

    init() throws {
        tree = try #require(try CgroupTree())
        home = try OwnCgroup(tree)
    }

    @Test("tells that processes have come, have gone, and that the cgroup is removed")
    func life() throws {
        let cgroup = try OwnCgroup(tree, below: home)
        let child = try Child()
        var watch = try CgroupWatch(tree)
        #expect(try watch.watch(cgroup.path))
        #expect(try watch.read().isEmpty)

        try cgroup.take(child.pid)
        try watch.wait(for: .changed(cgroup.path))
        #expect(try tree.isPopulated(cgroup.path) == true)
        child.kill()
        try watch.wait(for: .changed(cgroup.path))
        #expect(try tree.isPopulated(cgroup.path) == false)
        child.reap()
        cgroup.remove()
        try watch.wait(for: .removed(cgroup.path))
        #expect(watch.watchedCount == 0)
        #expect(watch.openWatches == 0)
    }

    @Test("of two with one parent goes on for the one when the other is gone")
    func siblings() throws {
        let parent = try OwnCgroup(tree, below: home)
        let (one, other) = (
            try OwnCgroup(tree, below: parent, name: "one"),
            try OwnCgroup(tree, below: parent, name: "other")
        )
        var watch = try CgroupWatch(tree)
        #expect(try watch.watch(one.path) && watch.watch(other.path))
        #expect(watch.openWatches == 3)

        let unwatched = try OwnCgroup(tree, below: parent, name: "unwatched")
        #expect(try watch.next() == [.created(unwatched.path)])
        unwatched.remove()
        one.remove()
        #expect(try watch.next() == [.removed(one.path)])
        #expect(watch.openWatches == 2)
        other.remove()
        #expect(try watch.next() == [.removed(other.path)])
        #expect(watch.openWatches == 0)
    }

    @Test("is kept as long as somebody wants it")
    func counted() throws {
        let cgroup = try OwnCgroup(tree, below: home)
        var watch = try CgroupWatch(tree)
        #expect(try watch.watch(cgroup.path) && watch.watch(cgroup.path))

        watch.unwatch(cgroup.path)
        #expect(watch.watchedCount == 1 && watch.openWatches == 2)
        watch.unwatch(cgroup.path)
        #expect(watch.watchedCount == 0 && watch.openWatches == 0)
        watch.unwatch(cgroup.path)
        cgroup.remove()
        #expect(try watch.read().isEmpty)
    }

    @Test("of more than may be watched is refused, and disturbs nothing")
    func bounded() throws {
        let (one, other) = (
            try OwnCgroup(tree, below: home), try OwnCgroup(tree, below: home)
        )
        var watch = try CgroupWatch(tree, most: 1)
        #expect(try watch.watch(one.path))

        do throws(Errno) {
            _ = try watch.watch(other.path)
            Issue.record("it was watched")
        } catch {
            #expect(error == .noSpace)
        }
        #expect(try watch.watch(one.path), "it is watched already")
        watch.unwatch(one.path)
        watch.unwatch(one.path)
        #expect(try watch.watch(other.path))
    }

    @Test("goes over to a cgroup that is made again under the name of one that is gone")
    func again() throws {
        let name = "portreserve-test-watched-again"
        let first = try OwnCgroup(tree, below: home, name: name)
        var watch = try CgroupWatch(tree)
        #expect(try watch.watch(first.path))
        first.remove()
        let second = try OwnCgroup(tree, below: home, name: name)
        #expect(try watch.next() == [.removed(first.path)])

        #expect(try watch.watch(second.path))
        second.remove()
        #expect(try watch.next() == [.removed(second.path)])
    }

    @Test("is refused for what is not there, and leaves nothing behind")
    func refused() throws {
        let parent = try OwnCgroup(tree, below: home)
        var watch = try CgroupWatch(tree)

        for path in [parent.path + "/none", "/portreserve-test-none/a", "/", "", "/../a"] {
            #expect(try !watch.watch(path), "\(path)")
        }
        #expect(watch.openWatches == 0)
    }
}

@Suite("a watch of cgroups that is never read") struct CgroupWatchOverflowTests {
    @Test("says that news were lost, behind those that were not")
    func lost() throws {
        // The kernel's bound is one for the machine; names in a directory like any other fill it.
        let place = FileManager.default.temporaryDirectory
            .appending(path: "portreserve-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: "\(place)/a", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        try Data().write(to: URL(filePath: "\(place)/a/cgroup.events"))
        let mount = "1 2 0:3 / \(place) rw - cgroup2 cgroup2 rw"
        var watch = try CgroupWatch(try #require(CgroupTree(mounts: Array(mount.utf8))))
        #expect(try watch.watch("/a"))
        try Data().write(to: URL(filePath: "\(place)/cgroup.events"))
        #expect(try !watch.watch("/"), "the root, which has such a file in a namespace")
        #expect(try watch.read() == [.created("/cgroup.events")])
        let bound = try String(
            contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let count = try #require(Int(bound.trimmingCharacters(in: .whitespacesAndNewlines)))

        try Data([1]).write(to: URL(filePath: "\(place)/a/cgroup.events"))
        for number in 0..<count { try removeNewFile("\(place)/\(number)") }
        var news: [CgroupWatch.News] = []
        while isReadable(watch.descriptor.number) { news += try watch.read() }

        #expect(news.first == .changed("/a") && news.last == .lost)
    }
}

private func removeNewFile(_ path: String) throws {
    let file = unsafe creat(path, 0o600)
    guard file >= 0 else { throw Errno(errno) }
    close(file)
    guard unsafe unlink(path) == 0 else { throw Errno(errno) }
}

extension CgroupWatch {
    /// How many watches the kernel has for this descriptor.
    fileprivate var openWatches: Int {
        let path = "/proc/self/fdinfo/\(descriptor.number)"
        guard let file = unsafe fopen(path, "r") else { return -1 }
        defer { unsafe fclose(file) }
        var count = 0
        var line = [CChar](repeating: 0, count: 512)
        while unsafe fgets(&line, 512, file) != nil {
            let text = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("inotify wd:") { count += 1 }
        }
        return count
    }

    /// Waits for news, and takes them.
    fileprivate mutating func next() throws -> [News] {
        var news: [News] = []
        while news.isEmpty, isReadable(descriptor.number, waitMs: generousMs) { news = try read() }
        return news
    }

    /// Waits until that is told.
    fileprivate mutating func wait(for wanted: News) throws {
        while true {
            let news = try next()
            if news.contains(wanted) { return }
            if news.isEmpty {
                Issue.record("\(wanted) was not told")
                return
            }
        }
    }
}
