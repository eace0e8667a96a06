import CRig
import Glibc
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

/// Where no journal is, on a machine that has one too.
private var nobody: Path { "/nowhere" }

/// Each in a process of its own, whose standard error is caught.
@Suite("the log") struct LogTests {
    private func text(_ result: ExitTest.Result?) -> String {
        String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    }

    @Test("goes to standard error, without debug lines")
    func plain() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            let log = Log(isVerbose: false, isJournal: false)
            log.say(.error, "an error")
            log.say(.debug, "a detail")
            log.say(.notice, "a notice")
        }

        #expect(text(result) == "an error\na notice\n")
    }

    @Test("has debug lines for who asks for them")
    func verbose() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            let log = Log(isVerbose: true, isJournal: false)
            log.say(.debug, "a detail")
            log.say(.info, "news")
        }

        #expect(text(result) == "a detail\nnews\n")
    }

    @Test("has priorities for a journal that takes no entries, syslog's numbers")
    func journal() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            let log = Log(isVerbose: true, isJournal: true, socket: nobody)
            log.alsoToSystemLog()
            log.say(.error, "a")
            log.say(.warning, "b")
            log.say(.notice, "c")
            log.say(.info, "d")
            log.say(.debug, "e")
        }

        #expect(text(result) == "<3>a\n<4>b\n<5>c\n<6>d\n<7>e\n")
    }
}

@Suite("the log of a standard error that is full") struct StuckLogTests {
    /// Makes standard error a pipe that is full; its reader is returned.
    private static func fill() throws -> Pipe {
        // At the test's end its reader is gone.
        ThisProcess.ignoreBrokenPipes()
        let pipe = try Pipe()
        try pipe.writeEnd.duplicate(onto: 2)
        let piece = [UInt8](repeating: 0x78, count: 4096)
        _ = fcntl(2, F_SETFL, O_NONBLOCK)
        while unsafe write(2, piece, piece.count) > 0 {}
        _ = fcntl(2, F_SETFL, 0)
        return pipe
    }

    @Test("waits for its reader a little, and in all no longer than 2 s", .timeLimit(.minutes(1)))
    func bounded() async {
        await #expect(processExitsWith: .success) {
            let pipe = try StuckLogTests.fill()
            let log = Log(isVerbose: false, isJournal: false)

            let began = monotonicMilliseconds()
            log.say(.notice, "first")
            let first = monotonicMilliseconds() - began
            for _ in 0..<1_000 { log.say(.notice, "more") }
            let all = monotonicMilliseconds() - began

            #expect(first >= 190)
            #expect((1_900..<10_000).contains(all), "\(all)")
            withExtendedLifetime(pipe) {}
        }
    }

    @Test("says how many lines were lost once somebody reads", .timeLimit(.minutes(1)))
    func counted() async {
        await #expect(processExitsWith: .success) {
            let pipe = try StuckLogTests.fill()
            let log = Log(isVerbose: false, isJournal: false)
            for _ in 0..<3 { log.say(.notice, "lost") }
            let reader = pipe.readEnd
            _ = fcntl(reader.number, F_SETFL, O_NONBLOCK)
            var room = [UInt8](repeating: 0, count: 65_536)
            while let count = try? reader.read(into: &room), count > 0 {}

            log.say(.notice, "heard")

            let count = try reader.read(into: &room)
            #expect(
                String(decoding: room[..<count], as: UTF8.self)
                    == "portreserve: 3 lines lost, nobody read them\nheard\n")
        }
    }
}

/// Each in a process and a /dev of its own.
@Suite("the log in syslog", .enabled(if: isRoot, "needs root for a /dev of its own"))
struct SystemLogTests {
    @Test("has a line's priority, the program and its pid, and nothing on standard error")
    func lines() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            try enterRoom()
            let syslog = try Syslog()
            let log = Log(isVerbose: false, isJournal: false)

            log.onlyToSystemLog()
            log.say(.error, "an error")
            log.say(.debug, "a detail")
            log.say(.notice, "größe")

            #expect(syslog.next() == "<27>portreserve[\(ThisProcess.pid)]: an error")
            #expect(syslog.next() == "<29>portreserve[\(ThisProcess.pid)]: größe")
            #expect(syslog.next() == nil)
        }

        #expect(result?.standardErrorContent == [])
    }

    @Test("goes to both before the daemon is in the background, and not twice to the journal")
    func both() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            try enterRoom()
            let syslog = try Syslog()
            let plain = Log(isVerbose: false, isJournal: false)
            let journal = Log(isVerbose: false, isJournal: true, socket: nobody)

            plain.alsoToSystemLog()
            plain.say(.notice, "a")
            journal.alsoToSystemLog()
            journal.say(.notice, "b")

            #expect(syslog.next()?.hasSuffix("]: a") == true)
            #expect(syslog.next() == nil)
        }

        #expect(result?.standardErrorContent == Array("a\n<5>b\n".utf8))
    }

    @Test("finds a syslog that comes later, or comes again")
    func restarted() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let log = Log(isVerbose: false, isJournal: false)
            log.onlyToSystemLog()
            log.say(.notice, "lost")
            for line in ["first", "second"] as [Text] {
                try removeFile("/dev/log")
                let syslog = try Syslog()
                log.say(.notice, line)
                #expect(syslog.next()?.hasSuffix("]: \(line)") == true)
            }
        }
    }

    @Test("waits for no syslog that hangs", .timeLimit(.minutes(1)))
    func hanging() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let syslog = try Syslog()
            let log = Log(isVerbose: false, isJournal: false)
            log.onlyToSystemLog()
            for _ in 0..<10_000 { log.say(.notice, "a") }

            #expect(syslog.next()?.hasSuffix("]: a") == true)
        }
    }
}

/// Who listens at /dev/log.
private struct Syslog: ~Copyable {
    private let socket: Descriptor

    init() throws(Errno) { socket = try boundDatagramSocket(at: "/dev/log") }

    /// The next line, nil where there is none.
    func next() -> String? {
        guard case .message(let bytes, _, _, _) = try? socket.receive(most: 500) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
