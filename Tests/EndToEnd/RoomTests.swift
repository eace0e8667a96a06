/// The rig itself: a room is a room of one's own, and nothing is left of it.

import Glibc
import Testing

@Suite("a room")
struct RoomTests {
    @Test("its sockets, files and pids are its own")
    func isApart() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let held = try bind("[::]:631/tcp", v6only: false)

            #expect(isHeld("631/tcp"))
            #expect(isFree("631/udp"))
            #expect(refusal("127.0.0.1:631/tcp") == .addressInUse)
            #expect(try room.run("/bin/cat", "/etc/portreserve/cups").outputText == "ipp\n")
            #expect(try room.run("/bin/sh", "-c", "echo $$").innerPid < 20)
            #expect(room.names(in: "/proc").filter { Int($0) != nil } == ["1"])
            #expect(room.names(in: "/run") == [])
            withExtendedLifetime(held) {}
        }

        #expect(unsafe access("/etc/portreserve/cups", F_OK) == -1)
    }

    @Test("what runs in it ends with it")
    func ends() throws {
        let pids = Kept<Int32>()
        try Room.run { room in
            let shell = try room.start("/bin/sh", "-c", "/bin/sleep 1000 & echo there >&2; wait")
            #expect(shell.waitForError { $0 == "there" } != nil, room.story)
            pids.add(shell.pid)
        }

        #expect(kill(try #require(pids.all.first), 0) == -1)
    }

    @Test("a held endpoint is told from half of one, and an address from a wildcard")
    func tells() throws {
        try Room.run { _ in
            let held = [
                try bind("[::]:631/tcp", v6only: false), try bind("0.0.0.0:632/udp"),
                try bind("[::]:633/tcp"), try bind("127.0.0.1:634/tcp"), try bind("[::1]:635/udp"),
            ]

            let found = heldEndpoints(among: 620...640)
            withExtendedLifetime(held) {}

            let expected: Set = [
                "631/tcp", "0.0.0.0:632/udp", "[::]:633/tcp", "127.0.0.1:634/tcp", "[::1]:635/udp",
            ]
            #expect(found == expected)
            #expect(!isHeld("632/udp") && !isHeld("633/tcp"))
        }
    }

    @Test("an open hold, which lets polite servers in, is not taken for a held port")
    func isOpen() throws {
        try Room.run { _ in
            let open = try bind("[::]:631/tcp", v6only: false, reuseAddress: true)

            #expect(!isHeld("631/tcp") && !isFree("631/tcp"))
            withExtendedLifetime(open) {}
        }
    }

    @Test("a program gets the user, the limits and the streams that it was started with")
    func settings() throws {
        try Room.run { room in
            let user = try room.run("/usr/bin/id", "-u", with: .nobody)
            #expect(user.outputText == "65534\n", room.story)
            let limits = try room.run(
                "/bin/sh", "-c", "ulimit -Sn; ulimit -Hn", with: .openFiles(soft: 64, hard: 128))
            #expect(limits.outputText == "64\n128\n", room.story)
            let streams = try room.run("/bin/ls", "/proc/self/fd/", with: Setting(errors: .closed))
            #expect(streams.outputText == "0\n1\n2\n", room.story)
            room.write("/run/secret", bytes: [65], mode: 0)
            let modes = try room.run("/bin/cat", "/run/secret", with: .obeyingModes)
            #expect(modes.status == 1, room.story)
            #expect(try room.run("/bin/sh", "-c", "kill -9 $$").status == 137)
        }
    }

    @Test("waiting has an end")
    func deadline() throws {
        try Room.run { room in
            let slow = try room.start("/bin/sleep", "1000")
            #expect(throws: Trouble.self) { try slow.wait(Deadline(after: .milliseconds(20))) }
            #expect(slow.waitForError(Deadline(after: .milliseconds(20))) { _ in true } == nil)
        }
    }
}
