import Glibc
import LinuxIO
import Testing

@testable import Signs

/// Each in a process of its own: what another test starts has our sockets until its exec.
@Suite("a search for owners") struct OwnerSearchTests {
    @Test("finds every process that has a socket, also the one that inherited it")
    func inherited() async {
        await #expect(processExitsWith: .success) {
            let listener = try Peer("127.0.0.1", port: 0, listens: true)
            let other = try Peer("127.0.0.1", port: 0, udp: true, listens: false)
            defer { [listener, other].forEach { $0.close() } }
            let (heir, second) = (
                try Child(input: listener.number), try Child(input: listener.number)
            )
            let stranger = try Child()

            let found = try OwnerSearch.all(of: [other.inode, 0, listener.inode], looks: 1_000)

            let expected = [
                SocketOwner(inode: listener.inode, pid: getpid()),
                SocketOwner(inode: listener.inode, pid: heir.pid),
                SocketOwner(inode: listener.inode, pid: second.pid),
                SocketOwner(inode: other.inode, pid: getpid()),
            ]
            #expect(expected.allSatisfy { found.contains($0) } && found.count == expected.count)
            #expect(!found.contains { $0.pid == stranger.pid })
        }
    }

    @Test("comes to the same in the smallest of slices, and to nothing for a socket of nobody")
    func slices() async {
        await #expect(processExitsWith: .success) {
            let listener = try Peer("127.0.0.1", port: 0, listens: true)
            let heir = try Child(input: listener.number)
            defer { listener.close() }

            let found = try OwnerSearch.all(of: [listener.inode], looks: 1)

            #expect(Set(found.map { $0.pid }) == [getpid(), heir.pid])
            #expect(try OwnerSearch.all(of: [UInt32.max], looks: 1_000).isEmpty)
            #expect(try OwnerSearch(for: []).isDone && OwnerSearch(for: [0]).isDone)
        }
    }

    @Test("tells a process once that has a socket many times, and never looks further than asked")
    func bounded() async {
        await #expect(processExitsWith: .success) {
            let listener = try Peer("127.0.0.1", port: 0, listens: true)
            for _ in 0..<900 { #expect(dup(listener.number) >= 0) }
            var search = try OwnerSearch(for: [listener.inode])
            var found: [SocketOwner] = []
            var steps = 0
            while !search.isDone {
                found += search.step(looks: 50)
                steps += 1
            }

            #expect(found == [SocketOwner(inode: listener.inode, pid: getpid())])
            #expect(steps >= 900 / 50)
        }
    }

    @Test("leaves out who has ended meanwhile")
    func vanished() async {
        await #expect(processExitsWith: .success) {
            let listener = try Peer("127.0.0.1", port: 0, listens: true)
            let heir = try Child(input: listener.number)
            defer { listener.close() }
            var search = try OwnerSearch(for: [listener.inode])
            _ = search.step(looks: 1)  // The pids are listed, the young one's among them or not.
            heir.kill()
            heir.reap()

            var found: [SocketOwner] = []
            while !search.isDone { found += search.step(looks: 1_000) }

            #expect(found.map { $0.pid } == [getpid()])
        }
    }

    @Test("says whom it may not look into", .enabled(if: isRoot, "needs root to give it up"))
    func unseen() async {
        await #expect(processExitsWith: .success) {
            let listener = try Peer("127.0.0.1", port: 0, listens: true)
            let heir = try Child(input: listener.number)
            #expect(setegid(65_534) == 0 && seteuid(65_534) == 0)
            var search = try OwnerSearch(for: [listener.inode])

            var found: [SocketOwner] = []
            while !search.isDone { found += search.step(looks: 1_000) }

            #expect(!found.contains { $0.pid == heir.pid })
            #expect(search.unseenCount > 0)
            #expect(seteuid(0) == 0)
        }
    }
}

extension OwnerSearch {
    /// Walks to the end in slices of `looks`.
    static func all(of inodes: [UInt32], looks: Int) throws -> [SocketOwner] {
        var search = try OwnerSearch(for: inodes)
        var found: [SocketOwner] = []
        while !search.isDone { found += search.step(looks: looks) }
        return found
    }
}
