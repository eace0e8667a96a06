/// Our start where an old daemon runs: its POSIX lock on the pid file stops us.

import Glibc
import Testing

@Test("where an old daemon runs ours says so and touches nothing", arguments: [[], ["-f"], ["-d"]])
func oldDaemonIsLeftAlone(_ options: [String]) throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let old = try room.startOldDaemon()
        let before = room.traces

        let second = try room.start(["portreserve"] + options)
        try second.wait()

        #expect(second.status == 1, room.story)
        let line = "portreserve: already running (pid \(old.innerPid))"
        #expect(second.errorLines == [line], room.story)
        #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
        #expect(room.traces == before)
        try sendOldRelease("cups")
        let isUsable = Deadline.generous.poll {
            old.drain()
            return old.outputText == "cups\n"
        }
        #expect(isUsable, room.story)
    }
}

@Test("once an old daemon has gone ours starts over what it left", arguments: [[], ["-f"]])
func oldLeftoversAreTakenOver(_ options: [String]) throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let old = try room.startOldDaemon()
        old.send(SIGKILL)
        try old.wait()

        let daemon = try room.start(["portreserve"] + options)

        #expect(daemon.waitForError(where: Daemon.isReady) != nil, room.story)
        #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
        try sendOldRelease("cups")
        let isOver = Deadline.generous.poll {
            isFree("631/tcp") && isFree("631/udp") && !room.exists(datagramSocket)
        }
        #expect(isOver, room.story)
    }
}

extension Room {
    /// What an old daemon has in the file system: inodes, and the pid file's text.
    fileprivate var traces: [String] {
        let paths = ["/run/portreserve", datagramSocket, "/run/portreserve.pid"]
        return paths.map { path in
            let found = status(of: path)
            return "\(path) \(found?.st_ino ?? 0) \(found?.st_mode ?? 0)"
        } + [read("/run/portreserve.pid") ?? ""] + names(in: "/run/portreserve")
    }
}
