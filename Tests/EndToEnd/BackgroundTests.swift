/// The background mode, as init scripts and Type=forking units know it, and the clean process that
/// every mode promises.

import CRig
import Glibc
import Testing

@Suite("the daemon's process")
struct BackgroundTests {
    private static let starts = [
        Setting(), .closed, Setting(input: .closed), Setting(errors: .full),
        Setting(output: .closed, errors: .pipe),
    ]

    @Test("when the starter returns, every port has been tried and the pid file is written")
    func parent() throws {
        try Room.run { room in
            for number in 0..<300 { room.configure("svc\(number)", "\(20_000 + number)\n") }

            let daemon = try room.startDaemon()

            #expect(isHeld("20000/tcp") && isHeld("20299/udp"), room.story)
            #expect(daemon.program.status == 0 && daemon.program.output.isEmpty, room.story)
            #expect(room.read("/run/portreserve.pid") == "\(daemon.innerPid)\n", room.story)
            #expect(room.exists("/proc/\(daemon.innerPid)"), room.story)
            #expect(daemon.innerPid != daemon.program.innerPid, room.story)
        }
    }

    @Test("a busy port is said before the starter returns, with 0")
    func busy() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let thief = try bind("0.0.0.0:631/udp")

            let daemon = try room.startDaemon()

            #expect(daemon.program.status == 0, room.story)
            #expect(
                daemon.program.errorLines.first
                    == "631/udp: bind: Address already in use, not reserved for 'cups'", room.story)
            withExtendedLifetime(thief) {}
        }
    }

    @Test("the daemon holds a lock on its pid file that a 0.0.5 obeys")
    func lock() throws {
        try Room.run { room in
            let daemon = try room.startDaemon()

            let holder = unsafe rig_lock_holder("/run/portreserve.pid")
            #expect(holder == -1, "the lock's holder is \(holder); \(room.story)")
            let taken = unsafe rig_lock_old("/run/portreserve.pid")
            #expect(taken == -EAGAIN || taken == -EACCES, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("it lets go of its starter: own session, / as folder, no terminal, closed pipes")
    func detached() throws {
        try Room.run { room in
            let daemon = try room.startDaemon()

            let fields = try statFields(of: daemon)
            #expect(fields[1] == "1", "its parent; \(room.story)")
            // proc(5): the fields after the command are state, ppid, pgrp, session, tty.
            #expect(fields[3] != "0" && fields[3] != "\(daemon.program.innerPid)", room.story)
            #expect(fields[4] == "0", "its terminal; \(room.story)")
            #expect(room.target(of: "/proc/\(daemon.innerPid)/cwd") == "/", room.story)
            #expect(
                Deadline.generous.poll {
                    daemon.program.drain()
                    return daemon.program.errorsEnded
                }, "it keeps its starter's pipe; \(room.story)")
        }
    }

    @Test("descriptors 0 to 2 are open, however it was started", arguments: starts, [[], ["-f"]])
    func streams(setting: Setting, options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let program = try room.start(["portreserve"] + options, setting)
            if options.isEmpty { #expect(try program.wait() == 0, room.story) }
            #expect(Deadline.generous.poll { isHeld("631/tcp") && isHeld("631/udp") }, room.story)
            let pid = options.isEmpty ? room.backgroundPid : program.innerPid

            let open = room.descriptors(of: pid)

            let isBackground = options.isEmpty
            for number in 0...2 {
                let place = open[number] ?? "closed"
                let wanted = isBackground ? place == "/dev/null" : !place.hasPrefix("socket:")
                #expect(wanted && place != "closed", "\(number) is \(place); \(room.story)")
            }
            #expect(open.values.filter { $0.hasPrefix("socket:") }.count >= 4, room.story)
        }
    }

    @Test(
        "every other descriptor is closed in a program that it might start",
        arguments: [[], ["-f"]])
    func closeOnExec(options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n[::1]:5432/tcp\n127.0.0.1:5433/udp\n")
            let daemon = try room.startDaemon(options)

            // What the start has needed is closed only after the word by which its starter ends.
            var open: [Int: String] = [:]
            let isSettled = Deadline.generous.poll {
                open = room.descriptors(of: daemon.innerPid).filter { $0.key > 2 }
                return !open.values.contains { place in
                    place.hasPrefix("pipe:") || ["/dev/null", "closed"].contains(place)
                }
            }

            #expect(isSettled, "\(open); \(room.story)")
            // Four holds, the release socket and the control socket.
            #expect(open.values.filter { $0.hasPrefix("socket:") }.count == 7, room.story)
            for (number, place) in open {
                let flags = room.flags(of: number, of: daemon.innerPid)
                #expect(flags & O_CLOEXEC != 0, "\(number), \(place); \(room.story)")
            }
        }
    }

    @Test("it is one thread, and inherits no mask for its files", arguments: [[], ["-f"]])
    func oneThread(options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon(options)

            #expect(room.status("Threads", of: daemon.innerPid) == 1, room.story)
            #expect(room.names(in: "/proc/\(daemon.innerPid)/task").count == 1, room.story)
            #expect(room.status("VmHWM", of: daemon.innerPid) < 8192, room.story)
        }
    }

    @Test("an odd mask of its starter makes no odd modes", arguments: ["0", "0777"])
    func umask(mask: String) throws {
        try Room.run { room in
            let path = try Programs.path(of: "portreserve")
            let shell = try room.run("/bin/sh", "-c", "umask \(mask); exec \(path)")

            #expect(shell.status == 0, room.story)
            #expect(room.status(of: datagramSocket)?.st_mode == S_IFSOCK | 0o755, room.story)
            #expect(room.status(of: "/run/portreserve")?.st_mode == S_IFDIR | 0o755, room.story)
            #expect(room.status(of: "/run/portreserve.pid")?.st_mode == S_IFREG | 0o644, room.story)
            let lock = try #require(room.status(of: "/run/portreserve/lock"), room.story)
            #expect(lock.st_mode & 0o022 == 0, room.story)
        }
    }

    private func statFields(of daemon: Daemon) throws -> [Substring] {
        let text = daemon.room.read("/proc/\(daemon.innerPid)/stat") ?? ""
        let end = try #require(text.lastIndex(of: ")"), daemon.room.story)
        return text[text.index(after: end)...].split(separator: " ")
    }
}
