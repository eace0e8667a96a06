/// portreservectl as an administrator uses it: each verb beside the shipped daemon, by what it
/// prints and how it exits.

import Glibc
import Testing

@Suite("portreservectl beside the daemon")
struct ControlToolTests {
    @Test("without a daemon each verb says so, what to do, and 3")
    func alone() throws {
        try Room.run { room in
            for verb in [
                ["status"], ["release", "cups"], ["hold", "cups"], ["reload"], ["watch"],
            ] {
                let tool = try room.start(["portreservectl"] + verb)

                #expect(try tool.wait() == 3, room.story)
                #expect(tool.output.isEmpty, room.story)
                #expect(tool.errorText.contains("not running: start it with"), room.story)
            }
        }
    }

    @Test("a service is shown, released, held again and shown")
    func round() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n7000-7009/udp\n")
            let daemon = try room.startDaemon("-d", "--stay")

            #expect(try room.tool("status", room).contains("7000-7009/udp  held"), room.story)
            #expect(try room.tool("release cups", room) == "cups: 11 ports released\n")
            #expect(isFree("631/tcp") && isFree("7009/udp"), room.story)
            #expect(try room.tool("status cups", room).contains("631/tcp        released"))
            #expect(try room.tool("hold cups", room) == "cups: 11 ports held\n")
            #expect(isHeld("631/tcp") && isHeld("7009/udp"), room.story)
            let json = try room.tool("status -j cups", room)
            #expect(json.split(separator: "\n").count == 2, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("'*' shows every service, and a name that is given twice is shown once")
    func names() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            for (words, rowCount) in [("status *", 4), ("status imap cups imap", 3)] {
                let table = try room.tool(words, room)
                #expect(table.split(separator: "\n").count == 1 + rowCount, room.story)
            }
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("who is not root is told so once, however many names there are")
    func notRoot() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let tool = try room.run("portreservectl", "release", "cups", "imap", with: .nobody)

            #expect(tool.status == 1, room.story)
            #expect(tool.errorLines == ["portreservectl: only root may do that"], room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a name that is nearly right is guessed, and is 4")
    func guess() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n")
            let daemon = try room.startDaemon("-d", "--stay")

            let tool = try room.run("portreservectl", "release", "cpus")

            #expect(tool.status == 4, room.story)
            #expect(tool.errorText.contains("Did you mean 'cups'?"), room.story)
            #expect(isHeld("631/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "'*' beside a name that is none shows all, says which, and is 4",
        .enabled(if: hasCgroups, "needs a writable cgroup2"), arguments: shown)
    func all(verb: String) throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n")
            let other = try room.startPython(
                """
                it = socket.create_server(("127.0.0.1", 631))
                print("ready", file=sys.stderr, flush=True)
                signal.pause()
                """)
            #expect(other.waitForError { $0 == "ready" } != nil, room.story)
            let daemon = try room.startGuardedDaemon()
            #expect(daemon.program.waitForError { $0.contains("in use by") } != nil, room.story)

            let tool = try room.run("portreservectl", verb, "cpus", "*", "cups")

            #expect(tool.status == 4, room.story)
            #expect(tool.outputText.split(separator: "\n").count == 2, room.story)
            #expect(tool.outputText.contains("631/tcp"), room.story)
            let guess = "portreservectl: 'cpus': no such service. Did you mean 'cups'?"
            #expect(tool.errorLines == [guess], room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    private static let shown = ["status", "incidents"]

    @Test("a port that somebody else has is shown, and is 1")
    func busy() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n632/tcp\n")
            let other = try bind("631/tcp")
            let daemon = try room.startDaemon("-d", "--stay")

            let tool = try room.run("portreservectl", "status")

            #expect(tool.status == 1, room.story)
            #expect(tool.outputText.contains("busy"), room.story)
            #expect(try daemon.stop() == 0, room.story)
            withExtendedLifetime(other) {}
        }
    }

    @Test("a reload is rehearsed and done, and a wrong line is 1")
    func reload() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n")
            let daemon = try room.startDaemon("-d", "--stay")
            room.configure("new", "4001/tcp\n")

            #expect(
                try room.tool("reload --dry-run", room)
                    == "1 port would be added, 0 removed, 1 kept\n")
            #expect(isFree("4001/tcp"), room.story)
            _ = try room.tool("reload", room)
            #expect(isHeld("4001/tcp"), room.story)
            room.configure("new", "4001/sctp\n")
            let tool = try room.run("portreservectl", "reload")
            #expect(tool.status == 1 && isHeld("4001/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

extension Room {
    /// What portreservectl says on standard output; it has to end well.
    fileprivate func tool(_ words: String, _ room: Room) throws -> String {
        let tool = try start(["portreservectl"] + words.split(separator: " ").map(String.init))
        #expect(try tool.wait() == 0, "\(words)\(room.story)")
        return tool.outputText
    }
}
