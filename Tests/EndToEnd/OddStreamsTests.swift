/// Programs whose standard streams nobody can write to: no signal, no other status, and no line of
/// theirs in a place where a line has no business.

import Glibc
import Testing

/// What became of a standard stream before the program was started.
struct OddStream: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let setting: Setting

    /// Of standard output and standard error alike.
    static let all = [
        OddStream(testDescription: "closed", setting: Setting(output: .closed, errors: .closed)),
        OddStream(testDescription: "all closed", setting: .closed),
        OddStream(testDescription: "full", setting: Setting(output: .full, errors: .full)),
        OddStream(testDescription: "read-only", redirection: "1</dev/null 2</dev/null"),
        OddStream(
            testDescription: "pipes without a reader",
            redirection: "3<>\(fifo) 1>\(fifo) 2>\(fifo) 3<&-"),
    ]

    private init(testDescription: String, redirection: String) {
        self.init(
            testDescription: testDescription,
            setting: Setting(wrapper: ["/bin/sh", "-c", "exec \(redirection); exec \"$0\" \"$@\""]))
    }

    init(testDescription: String, setting: Setting) {
        (self.testDescription, self.setting) = (testDescription, setting)
    }
}

private let fifo = "/run/fifo"

@Suite("odd standard streams")
struct OddStreamsTests {
    struct Asked: Sendable, CustomTestStringConvertible {
        let words: [String]
        let status: Int32
        var testDescription: String { words.joined(separator: " ") }
    }

    static let asked = [
        Asked(words: ["portreserve", "-V"], status: 0),
        Asked(words: ["portreserve", "-h"], status: 0),
        Asked(words: ["portreserve", "-n"], status: 1),
        Asked(words: ["portreserve", "-n", "/etc/portreserve/right"], status: 0),
        Asked(words: ["portreserve", "-n", "/etc/portreserve/none"], status: 1),
        Asked(words: ["portreserve", "-x"], status: 64),
        Asked(words: ["portrelease", "-V"], status: 0),
        Asked(words: ["portrelease", "-h"], status: 0),
        Asked(words: ["portrelease", "-x"], status: 64),
        Asked(words: ["portrelease", "-v", "cups"], status: 0),
    ]

    @Test("change no exit status", arguments: OddStream.all, asked)
    func statuses(stream: OddStream, asked: Asked) throws {
        try Room.run { room in
            room.makeFIFO(fifo)
            room.configure("right", "4001/tcp\n")
            room.configure("wrong", "4002/sctp\n")

            let program = try room.start(asked.words, stream.setting)

            #expect(try program.wait() == asked.status, room.story)
            #expect(program.output.isEmpty && program.errors.isEmpty, room.story)
            #expect(room.names(in: "/run") == ["fifo"], room.story)
        }
    }

    @Test("no line of portrelease becomes a release", arguments: OddStream.all)
    func strayDatagram(stream: OddStream) throws {
        try Room.run { room in
            room.makeFIFO(fifo)
            let old = try OldDaemon()

            let program = try room.start(["portrelease", "-v", "no such", "cups"], stream.setting)

            #expect(try program.wait() == 0, room.story)
            #expect(old.receive() == "no such", room.story)
            #expect(old.receive() == "cups", room.story)
            #expect(old.receive(Deadline(after: .zero)) == nil, room.story)
        }
    }

    @Test("no line of portrelease goes to a daemon of ours", arguments: OddStream.all)
    func strayLine(stream: OddStream) throws {
        try Room.run { room in
            room.makeFIFO(fifo)
            room.configure("a", "4001/tcp\n")
            room.configure("b", "4002/tcp\n")
            let daemon = try room.startDaemon("-d")

            let program = try room.start(["portrelease", "-v", "no such", "a"], stream.setting)

            #expect(try program.wait() == 0, room.story)
            #expect(heldEndpoints(among: [4001, 4002]) == ["4002/tcp"], room.story)
            #expect(try daemon.stop() == 0, room.story)
            let said = ["Reserved 4001/tcp for a", "Reserved 4002/tcp for b", daemon.ready]
            #expect(daemon.program.errorLines == said + ["Released service a"], room.story)
        }
    }

    @Test("the daemon holds, releases and ends with them", arguments: OddStream.all, [["-d"], []])
    func daemon(stream: OddStream, options: [String]) throws {
        try Room.run { room in
            room.makeFIFO(fifo)
            room.configure("cups", "ipp\n4001/sctp\n")
            room.configure("imap", "993/tcp\n")

            let program = try room.start(["portreserve"] + options, stream.setting)
            if options.isEmpty { #expect(try program.wait() == 0, room.story) }
            let isUp = Deadline.generous.poll { room.exists(controlSocket) && isHeld("993/tcp") }
            #expect(isUp, room.story)
            try room.run("portrelease", "cups")
            #expect(isFree("631/tcp") && isFree("631/udp") && isHeld("993/tcp"), room.story)
            try room.run("portrelease", "imap")

            if !options.isEmpty { #expect(try program.wait() == 0, room.story) }
            #expect(Deadline.generous.poll { leftovers(in: room) == ["fifo"] }, room.story)
        }
    }

    @Test(
        "a standard error that is full and that nobody reads holds up neither start, release nor end",
        arguments: [["-d"], ["-f"], []])
    func stuck(options: [String]) throws {
        try Room.run { room in
            let reader = try FullFIFO(at: fifo, room)
            for number in 0..<100 { room.configure("svc\(number)", "\(20_000 + number)/udp\n") }
            room.configure("cups", "ipp\nipp/sctp\n")
            let setting = Setting(
                wrapper: ["/bin/sh", "-c", "exec 2>\(fifo); exec \"$0\" \"$@\""])

            let start = promptly
            let program = try room.start(["portreserve"] + options, setting)
            let isUp = start.poll { room.exists(controlSocket) && isHeld("631/udp") }
            #expect(isUp, room.story)
            if options.isEmpty { #expect(try program.wait(start) == 0, room.story) }

            let release = promptly
            try room.start("portrelease", "cups").wait(release)
            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
            try room.start("portrelease", "*").wait(promptly)
            let isOver = promptly.poll { leftovers(in: room) == ["fifo"] }
            #expect(isOver, "every port is released, so it ends; \(room.story)")
            withExtendedLifetime(reader) {}
        }
    }

    @Test(
        "with such a standard error SIGTERM ends it at once",
        arguments: [["-d", "--stay"], ["-f", "--stay"]])
    func stuckEnd(options: [String]) throws {
        try Room.run { room in
            let reader = try FullFIFO(at: fifo, room)
            for number in 0..<100 { room.configure("svc\(number)", "\(20_000 + number)/udp\n") }
            let setting = Setting(
                wrapper: ["/bin/sh", "-c", "exec 2>\(fifo); exec \"$0\" \"$@\""])
            let program = try room.start(["portreserve"] + options, setting)
            let isUp = Deadline.generous.poll {
                room.exists(controlSocket) && isHeld("20099/udp")
            }
            #expect(isUp, room.story)

            program.send(SIGTERM)

            #expect(try program.wait(promptly) == 0, room.story)
            #expect(leftovers(in: room) == ["fifo"], room.story)
            withExtendedLifetime(reader) {}
        }
    }
}

/// Sooner than a hundred lines that wait 200 ms each.
private var promptly: Deadline { Deadline(after: .seconds(15)) }

/// A named pipe into which nothing more goes, and which nobody reads.
private final class FullFIFO {
    private let fd: Int32

    init(at path: String, _ room: Room) throws {
        room.makeFIFO(path)
        fd = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard fd >= 0 else { throw Errno.last }
        let piece = [UInt8](repeating: 0x78, count: 4096)
        while unsafe write(fd, piece, piece.count) > 0 {}
        // A last byte fits where no piece does.
        while unsafe write(fd, piece, 1) > 0 {}
    }

    deinit { close(fd) }
}
