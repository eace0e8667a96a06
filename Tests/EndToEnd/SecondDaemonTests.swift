/// One daemon at a time: a second one is told so, and the leftovers of a dead one are in nobody's way.

import CRig
import Glibc
import Testing

@Suite("a second daemon")
struct SecondDaemonTests {
    @Test(
        "it is told whose place it is, and the first one is unharmed",
        arguments: [["-f"], []], [["-f"], ["-d"], []])
    func second(first: [String], second: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon(first)
            let pid = daemon.innerPid

            let other = try room.start(["portreserve"] + second)

            #expect(try other.wait() == 1, room.story)
            #expect(other.errorText == "portreserve: already running (pid \(pid))\n", room.story)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(
                room.names(in: "/run/portreserve") == ["control", "lock", "socket"], room.story)
            if first.isEmpty { #expect(daemon.innerPid == pid, room.story) }
            #expect(try room.run("portrelease", "cups").status == 0, room.story)
            #expect(Deadline.generous.poll { isFree("631/tcp") && isFree("631/udp") }, room.story)
        }
    }

    @Test(
        "of many started at once over a dead one's leftovers one holds the ports, and no other is named"
    )
    func race() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.makeDirectory("/run/portreserve")
            room.write("/run/portreserve/lock", "99999\n")

            let daemons = try (0..<8).map { _ in try room.start("portreserve", "-f") }
            let ready = daemons.filter { $0.waitForError(where: Daemon.isReady) != nil }

            #expect(ready.count == 1, room.story)
            for loser in daemons where loser !== ready.first {
                #expect(try loser.wait() == 1, room.story)
                let pid = ready.first?.innerPid ?? 0
                // The winner may not have come to write its pid; a wrong one must not be named.
                let right = [" (pid \(pid))", ""].map { "portreserve: already running\($0)\n" }
                #expect(right.contains(loser.errorText), room.story)
            }
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
        }
    }

    @Test("the leftovers of a killed one are taken over", arguments: [["-f"], []], [["-f"], []])
    func leftOver(first: [String], second: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let dead = try room.startDaemon(first)
            try dead.kill()
            #expect(room.exists(datagramSocket), room.story)

            let daemon = try room.startDaemon(second)

            #expect(daemon.ready == "portreserve: holding 2 ports of 1 service", room.story)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(try room.run("portrelease", "cups").status == 0, room.story)
            #expect(Deadline.generous.poll { isFree("631/tcp") && isFree("631/udp") }, room.story)
            #expect(Deadline.generous.poll { leftovers(in: room) == [] }, room.story)
        }
    }

    @Test("one that opened the lock before it was removed does not run beside the next one")
    func removedLock() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let first = try room.startDaemon("-f")
            // Stops, by strace, once it has opened the lock; -D leaves it our own child.
            let late = try room.start(
                "portreserve", "-f",
                with: Setting(wrapper: [
                    "strace", "-D", "-qq", "-o", "/run/trace", "-P", "/run/portreserve/lock",
                    "-e", "trace=openat", "-e", "inject=openat:signal=SIGSTOP:when=1",
                ]))
            let isStopped = Deadline.generous.poll {
                room.read("/run/trace")?.contains("stopped by SIGSTOP") ?? false
            }
            #expect(isStopped, room.story)
            #expect(try first.stop() == 0, room.story)
            let next = try room.startDaemon("-f")

            late.send(SIGCONT)

            #expect(try late.wait() == 1, room.story)
            #expect(late.errorText.hasPrefix("portreserve: already running"), room.story)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(
                room.names(in: "/run/portreserve") == ["control", "lock", "socket"], room.story)
            #expect(try next.stop() == 0, room.story)
        }
    }

    @Test("a pid file of somebody else's pid stops nobody")
    func foreignPid() throws {
        try Room.run { room in
            room.write("/run/portreserve.pid", "1\n")

            let daemon = try room.startDaemon()

            #expect(daemon.innerPid > 1, room.story)
            #expect(try daemon.stop() == 0, room.story)
            #expect(leftovers(in: room) == [], room.story)
        }
    }

    @Test("what is in the way under the names that it needs is said", arguments: [[], ["-f"]])
    func inTheWay(options: [String]) throws {
        try Room.run { room in
            room.write("/run/portreserve", "not a directory\n")

            let daemon = try room.start(["portreserve"] + options)

            #expect(try daemon.wait() == 1, room.story)
            #expect(daemon.errorLines.count == 1, room.story)
            #expect(daemon.errorText.hasPrefix("portreserve: /run/portreserve"), room.story)
            #expect(room.read("/run/portreserve") == "not a directory\n", room.story)
        }
    }
}
