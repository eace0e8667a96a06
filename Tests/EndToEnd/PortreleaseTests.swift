/// portrelease: silent and 0 where nobody can be asked, plain where a person asks it to be.

import Glibc
import Testing

@Suite("portrelease")
struct PortreleaseTests {
    struct Start: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let setting: Setting
    }

    static let starts = [
        Start(testDescription: "as init starts it", setting: Setting()),
        Start(testDescription: "with its streams closed", setting: .closed),
        Start(testDescription: "with full streams", setting: Setting(output: .full, errors: .full)),
        Start(testDescription: "as nobody", setting: .nobody),
        Start(
            testDescription: "with an empty environment", setting: Setting(environment: [])),
    ]

    @Test("without a daemon it is silent and 0", arguments: starts)
    func alone(start: Start) throws {
        try Room.run { room in
            for names in [["cups"], ["*"], [], ["no such", ""], ["--", "-v"]] {
                let asked = try room.start(["portrelease"] + names, start.setting)

                #expect(try asked.wait() == 0, room.story)
                #expect(asked.output.isEmpty && asked.errors.isEmpty, room.story)
            }
            #expect(room.names(in: "/run") == [], room.story)
        }
    }

    @Test("beside a dead daemon's socket it is silent and 0")
    func dead() throws {
        try Room.run { room in
            _ = try OldDaemon(staying: true)

            let asked = try room.run("portrelease", "cups")

            #expect(asked.status == 0 && asked.errors.isEmpty, room.story)
            #expect(room.exists(datagramSocket))
        }
    }

    @Test("with -v it says that nobody is there")
    func verbose() throws {
        try Room.run { room in
            let asked = try room.run("portrelease", "-v", "cups")

            #expect(asked.status == 0 && asked.output.isEmpty, room.story)
            #expect(asked.errorLines.count == 1, room.story)
            #expect(asked.errorText.hasPrefix("portrelease: "), room.story)
        }
    }

    @Test("with -v it says what was released, in silence without")
    func told() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.configure("spamd", "783\n")
            let daemon = try room.startDaemon("-d")

            let loud = try room.run("portrelease", "-v", "cups")
            #expect(daemon.hears("Released service cups"), room.story)

            #expect(loud.status == 0 && loud.output.isEmpty, room.story)
            #expect(loud.errorLines.count == 1 && loud.errorText.contains("cups"), room.story)
            #expect(isFree("631/tcp") && isFree("631/udp") && isHeld("783/tcp"), room.story)
            let quiet = try room.run("portrelease", "spamd")
            #expect(quiet.status == 0 && quiet.errors.isEmpty && quiet.output.isEmpty, room.story)
            #expect(try daemon.program.wait() == 0, room.story)
        }
    }

    @Test("a release with closed streams is a release", arguments: [Setting.closed])
    func closed(setting: Setting) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon("-d")

            let asked = try room.run("portrelease", "cups", with: setting)

            #expect(asked.status == 0, room.story)
            #expect(try daemon.program.wait() == 0, room.story)
        }
    }

    @Test("nobody may not release, is told so in a line, and gets 0")
    func nobody() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon("-d")

            let asked = try room.run("portrelease", "cups", with: .nobody)

            #expect(asked.status == 0 && asked.output.isEmpty, room.story)
            #expect(
                asked.errorText
                    == "portrelease: 'cups': only root may release it, not released\n", room.story)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("several names, unknown ones and empty ones among them, are each released")
    func names() throws {
        try Room.run { room in
            room.configure("a", "4001/tcp\n")
            room.configure("b", "4002/tcp\n")
            room.configure("c", "4003/tcp\n")
            let daemon = try room.startDaemon("-d")

            let asked = try room.run("portrelease", "a", "no such", "", "b")
            #expect(daemon.hears("Released service b"), room.story)

            #expect(asked.status == 0 && asked.errors.isEmpty, room.story)
            #expect(heldEndpoints(among: 4000...4004) == ["4003/tcp"], room.story)
        }
    }

    @Test("'*' releases every service, but what is permanent")
    func everything() throws {
        try Room.run { room in
            room.configure("a", "4001/tcp\n")
            room.configure("b", "4002/udp\n")
            room.configure("bmc", "623/udp permanent\n4003/tcp\n")
            let daemon = try room.startDaemon("-d")

            try room.run("portrelease", "*")
            #expect(daemon.hears("Released service b"), room.story)
            try room.run("portrelease", "no such")

            #expect(
                Deadline.generous.poll {
                    heldEndpoints(among: [623, 4001, 4002, 4003]) == ["623/udp"]
                }, room.story)
            #expect(daemon.program.status == nil, room.story)
            try room.run("portrelease", "bmc")
            #expect(daemon.hears("Released service bmc"), room.story)
            #expect(Deadline.generous.poll { isFree("623/udp") }, room.story)
        }
    }

    @Test("a wrong option is told in two lines, and 64", arguments: ["-x", "--verbos", "-vx"])
    func usage(option: String) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon("-d")

            let asked = try room.run("portrelease", option, "cups")

            #expect(asked.status == 64 && asked.output.isEmpty, room.story)
            #expect(asked.errorLines.count == 2, room.story)
            #expect(asked.errorLines.first?.contains("unknown option") ?? false, room.story)
            #expect(asked.errorLines.last?.hasPrefix("usage: ") ?? false, room.story)
            #expect(isHeld("631/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a name that no datagram can hold harms nobody")
    func long() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon("-d")

            let asked = try room.run("portrelease", String(repeating: "x", count: 100_000), "cups")

            #expect([0, 64].contains(asked.status), room.story)
            #expect(try asked.status == 64 || daemon.program.wait() == 0, room.story)
        }
    }
}
