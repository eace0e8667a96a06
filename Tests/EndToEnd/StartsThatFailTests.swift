/// Starts that come to nothing, where nobody reads standard error: who asks later, and who waits.

import CRig
import Glibc
import Testing

@Suite("a start that fails")
struct StartsThatFailTests {
    @Test("in the background is said in syslog, and is 1")
    func syslog() throws {
        try Room.run { room in
            let syslog = try OldDaemon(at: "/dev/log")
            room.removeDirectory("/run/portreserve")
            room.write("/run/portreserve", "not a directory\n")

            let program = try room.run("portreserve")

            #expect(program.status == 1, room.story)
            #expect(program.errorLines.count == 1, room.story)
            let line = syslog.receive() ?? "nothing"
            #expect(line.hasPrefix("<27>portreserve["), "\(line); \(room.story)")
            #expect(line.contains("/run/portreserve") && line.contains(", not started"), "\(line)")
            #expect(syslog.receive(Deadline(after: .zero)) == nil, "and is said once")
        }
    }

    @Test("since another one runs is said in syslog too")
    func second() throws {
        try Room.run { room in
            let first = try room.startDaemon("-f")
            let syslog = try OldDaemon(at: "/dev/log")

            #expect(try room.run("portreserve", with: .closed).status == 1, room.story)

            let line = syslog.receive() ?? "nothing"
            #expect(line.hasSuffix("]: already running (pid \(first.innerPid))"), "\(line)")
            #expect(try first.stop() == 0, room.story)
        }
    }

    @Test(
        "since a datagram socket without a lock is alive leaves that daemon alone",
        arguments: [["-f"], ["-d"], []])
    func liveSocket(options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let old = try OldDaemon()
            let inode = room.status(of: datagramSocket)?.st_ino

            let program = try room.start(["portreserve"] + options)

            #expect(try program.wait() == 1, room.story)
            #expect(program.errorText == "portreserve: already running\n", room.story)
            #expect(leftovers(in: room) == ["socket"], room.story)
            #expect(room.status(of: datagramSocket)?.st_ino == inode, room.story)
            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
            try sendOldRelease("cups")
            #expect(old.receive() == "cups", room.story)
        }
    }

    @Test(
        "whatever a dead daemon's lock holds is no hindrance",
        arguments: ["", "1\n", "-1\n", "0\n", "99999999999999999999\n", "\u{0}\u{0}\n", "x\n"],
        [["-f"], []])
    func oddLock(text: String, options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.makeDirectory("/run/portreserve")
            room.write("/run/portreserve/lock", text)
            for name in ["socket", "control"] { room.write("/run/portreserve/\(name)", "") }

            let daemon = try room.startDaemon(options)

            #expect(daemon.ready == "portreserve: holding 2 ports of 1 service", room.story)
            #expect(room.read("/run/portreserve/lock") == "\(daemon.innerPid)\n", room.story)
            let control = try #require(room.status(of: controlSocket), room.story)
            #expect(control.st_mode == S_IFSOCK | 0o666, room.story)
            #expect(try daemon.stop() == 0, room.story)
            #expect(leftovers(in: room) == [], room.story)
        }
    }

    @Test(
        "what cannot be taken away from a socket's place is said", arguments: ["socket", "control"])
    func directoryInTheWay(name: String) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.makeDirectory("/run/portreserve")
            room.makeDirectory("/run/portreserve/\(name)")

            let program = try room.run("portreserve", "-f")

            #expect(program.status == 1, room.story)
            #expect(
                program.errorText
                    == "portreserve: /run/portreserve/\(name): Is a directory, not started\n",
                room.story)
            #expect(leftovers(in: room) == [name], room.story)
            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
        }
    }
}

@Suite("a starter that waits")
struct WaitingStarterTests {
    @Test("is ended by a signal", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signal(number: Int32) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            // The child, which is a process of its own to strace, stops before it says its word.
            let strace = try room.start(
                "strace", "-f", "-qq", "-o", "/run/trace", "-e", "trace=setsid",
                "-e", "inject=setsid:signal=SIGSTOP:when=1", try Programs.path(of: "portreserve"))
            let isStopped = Deadline.generous.poll {
                room.read("/run/trace")?.contains("stopped by SIGSTOP") ?? false
            }
            #expect(isStopped, room.story)
            let pids = room.daemonPids.sorted()
            try #require(pids.count == 2, room.story)

            try room.signal(pids[0], number)

            let isGone = Deadline(after: .seconds(5)).poll { room.daemonPids == [pids[1]] }
            #expect(isGone, "it waits on; \(room.story)")
            try room.killDaemons()
            try strace.wait()
        }
    }

    @Test("is told of a child that was killed, and ends with 1")
    func killedChild() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let strace = try room.start(
                "strace", "-f", "-qq", "-o", "/run/trace", "-e", "trace=setsid",
                "-e", "inject=setsid:signal=SIGKILL:when=1", try Programs.path(of: "portreserve"))

            #expect(try strace.wait() == 1, room.story)
            let line = "portreserve: the daemon was ended by signal 9, not started"
            #expect(strace.errorLines == [line], room.story)
            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
        }
    }
}
