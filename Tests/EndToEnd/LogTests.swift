/// Where the daemon's lines go, and that a log in trouble is no trouble of the daemon's.

import Glibc
import Testing

@Suite("the log")
struct LogTests {
    @Test("in the background lines go to syslog, with the daemon's pid")
    func syslog() throws {
        try Room.run { room in
            room.configure("cups", "ipp\nipp/sctp\n")
            let syslog = try OldDaemon(at: "/dev/log")
            let daemon = try room.startDaemon()
            let pid = daemon.innerPid

            try room.run("portrelease", "cups")

            let lines = syslog.lines(until: "All reservations taken.")
            let texts = lines.map { $0.drop { $0 != " " }.dropFirst() }
            #expect(texts.contains { $0.hasPrefix("/etc/portreserve/cups:2:1:") }, "\(lines)")
            #expect(lines.contains("<29>portreserve[\(pid)]: Released service cups"), "\(lines)")
            #expect(texts.last == "All reservations taken.", "\(lines)")
        }
    }

    @Test("a syslog that nobody reads does not hold up a release")
    func stuck() throws {
        try Room.run { room in
            for number in 0..<1000 { room.configure("svc\(number)", "\(20_000 + number)/udp\n") }
            let syslog = try OldDaemon(at: "/dev/log")
            _ = try room.startDaemon()

            try room.run("portrelease", "*")

            #expect(Deadline.generous.poll { leftovers(in: room) == [] }, room.story)
            #expect(isFree("20000/udp") && isFree("20999/udp"), room.story)
            withExtendedLifetime(syslog) {}
        }
    }

    @Test(
        "a standard error that is full or closed does not stop the daemon",
        arguments: [Setting.Stream.full, .closed])
    func noErrors(stream: Setting.Stream) throws {
        try Room.run { room in
            room.configure("cups", "ipp\nipp/sctp\n")
            let program = try room.start(
                ["portreserve", "-d"], Setting(output: .closed, errors: stream))
            #expect(Deadline.generous.poll { isHeld("631/tcp") && isHeld("631/udp") }, room.story)

            try room.run("portrelease", "cups")

            #expect(try program.wait() == 0, room.story)
        }
    }

    @Test("the journal gets priorities, a terminal none")
    func journal() throws {
        try Room.run { room in
            room.configure("cups", "ipp\nipp/sctp\n")
            let path = try Programs.path(of: "portreserve")
            let program = try room.start(
                "/bin/sh", "-c",
                "JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) exec \(path) -d")
            #expect(program.waitForError(where: Daemon.isReady) != nil, room.story)

            try room.run("portrelease", "cups")

            #expect(try program.wait() == 0, room.story)
            let lines = program.errorLines
            #expect(lines.first?.hasPrefix("<4>/etc/portreserve/cups:2:1:") ?? false, room.story)
            #expect(lines.contains("<7>Reserved 631/tcp for cups"), room.story)
            #expect(lines.contains("<5>portreserve: holding 2 ports of 1 service"), room.story)
            #expect(lines.contains("<5>Released service cups"), room.story)
        }
    }

    @Test("without journalctl portreservectl says where the log is, and a wrong name is none")
    func noJournal() throws {
        try Room.run { room in
            let setting = Setting(environment: ["PATH=/nowhere"])
            for (name, status, words) in [
                ("cups", 1, "journalctl: No such file or directory: without systemd's journal"),
                ("a/b", 4, "'a/b': no such service"),
            ] {
                let tool = try room.run("portreservectl", "log", name, with: setting)

                #expect(tool.status == Int32(status), room.story)
                #expect(tool.errorText.contains(words), room.story)
                #expect(tool.output.isEmpty, room.story)
            }
        }
    }

    @Test("a JOURNAL_STREAM of somebody else's changes nothing")
    func foreignJournal() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let setting = Setting(environment: ["JOURNAL_STREAM=8:1"])

            let daemon = try room.startDaemon("-f", with: setting)

            #expect(daemon.ready == "portreserve: holding 2 ports of 1 service", room.story)
        }
    }
}

extension OldDaemon {
    /// The datagrams up to one that ends in `last`.
    fileprivate func lines(until last: String) -> [String] {
        var lines: [String] = []
        while let line = receive(Deadline(after: .seconds(10))) {
            lines.append(line)
            if line.hasSuffix(last) { break }
        }
        return lines
    }
}
