import Control
import Foundation
import Glibc
import Reservations
import TestFiles
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

@Suite("the journal")
struct JournalTests {
    @Test("gets the words of a line, its priority and who says it, in its own protocol")
    func plain() throws {
        let journal = try Journal()
        let log = Log(isVerbose: false, isJournal: true, socket: journal.path)

        log.say(.notice, "portreserve: größe")
        log.say(.debug, "a detail")

        #expect(
            journal.nextText()
                == "MESSAGE=größe\nPRIORITY=5\nSYSLOG_FACILITY=3\nSYSLOG_IDENTIFIER=portreserve\n")
        #expect(journal.nextText() == nil)
    }

    @Test("gets an event's number, whose port it is, and who has it")
    func fields() throws {
        let journal = try Journal()
        let log = Log(isVerbose: false, isJournal: true, socket: journal.path)
        var fields = JournalFields(.refused, ServiceName("cups"))
        fields.append(
            Incident.Culprit(uid: 1_000, cgroup: 7, pid: 812, command: "perl", unit: "x.service"))

        log.say(.warning, "words", fields)

        #expect(
            journal.nextText() == """
                MESSAGE_ID=fda0db5d6265429e80427778760ba718
                PORTRESERVE_SERVICE=cups
                PORTRESERVE_HOLDER_PID=812
                PORTRESERVE_HOLDER_COMMAND=perl
                PORTRESERVE_HOLDER_UID=1000
                PORTRESERVE_HOLDER_UNIT=x.service
                MESSAGE=words
                PRIORITY=4
                SYSLOG_FACILITY=3
                SYSLOG_IDENTIFIER=portreserve

                """)
    }

    @Test("gets no field of a culprit that is not known")
    func unknown() {
        var fields = JournalFields(nil)
        fields.append(Incident.Culprit(uid: 0, cgroup: 0, pid: nil, command: "a", unit: nil))

        #expect(
            fields.bytes == Array("PORTRESERVE_HOLDER_COMMAND=a\nPORTRESERVE_HOLDER_UID=0\n".utf8))
    }

    @Test("gets a value with a newline by its length, so that nobody's name is a field of ours")
    func newline() {
        var fields = JournalFields(nil)
        let value = "x\nPRIORITY=0" + String(repeating: "y", count: 300)
        fields.append("NAME", Text(Array(value.utf8)))
        fields.append("LAST", "z")

        let length: [UInt8] = [0x38, 0x01, 0, 0, 0, 0, 0, 0]
        let wanted =
            Array("NAME\n".utf8) + length + Array(value.utf8) + Array("\nLAST=z\n".utf8)
        #expect(fields.bytes == wanted)
    }

    @Test("is told which service's file is wrong, and of no service where it is another file")
    func diagnostics() throws {
        let journal = try Journal()
        let log = Log(isVerbose: false, isJournal: true, socket: journal.path)
        let layers = try Layers()
        let (etc, lib) = (layers.place.place("etc"), layers.place.place("lib"))
        let paths: [Text] = [
            "\(etc)/cups", "\(lib)/pg", etc, layers.place.place("services"), "\(etc)/x/cups",
        ]

        log.say(paths.map { Diagnostic($0, "wrong") }, layers.places)

        let services = paths.map { _ in
            journal.nextText()?.split(separator: "\n").filter { $0.hasPrefix("PORTRESERVE") }
        }
        #expect(
            services == [["PORTRESERVE_SERVICE=cups"], ["PORTRESERVE_SERVICE=pg"], [], [], []])
    }

    @Test(
        "is opened by the first line: before that, what is open is taken for inherited and closed")
    func late() throws {
        let journal = try Journal()
        let log = Log(isVerbose: false, isJournal: true, socket: journal.path)
        log.say(.debug, "unsaid")
        let wasOpen = journal.hasClient()

        log.say(.notice, "a")

        let isOpen = journal.hasClient()
        #expect(!wasOpen && isOpen)
        #expect(journal.nextText()?.hasPrefix("MESSAGE=a\n") == true)
    }

    @Test("that comes later, or comes again, gets the next line")
    func restarted() throws {
        let place = try TemporaryDirectory()
        let log = Log(isVerbose: false, isJournal: true, socket: Path(place.place("socket")))
        for line in ["first", "second"] as [Text] {
            try? FileManager.default.removeItem(atPath: place.path + "/socket")
            let journal = try Journal(in: place)

            log.say(.notice, line)

            #expect(journal.nextText()?.hasPrefix("MESSAGE=\(line)\n") == true)
        }
    }

    @Test(
        "that is not there, or hangs, leaves the lines to standard error, and holds up nobody",
        .timeLimit(.minutes(1)))
    func hanging() async throws {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            let place = try TemporaryDirectory()
            let log = Log(isVerbose: false, isJournal: true, socket: Path(place.place("socket")))
            log.say(.warning, "missing", JournalFields(.busy))
            let journal = try Journal(in: place)
            for number in 0..<1_000 { log.say(.notice, "line \(number)") }
            var count = 0
            while journal.nextText() != nil { count += 1 }
            #expect((1..<1_000).contains(count))
            log.say(.notice, "heard")
            #expect(journal.nextText()?.hasPrefix("MESSAGE=heard\n") == true)
            complain("count \(count)")
        }

        let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = text.split(separator: "\n")
        let count = lines.last.flatMap { Int($0.dropFirst("count ".count)) } ?? -1
        #expect(lines.first == "<4>missing")
        #expect(lines.dropFirst().dropLast().first == "<5>line \(count)")
        #expect(lines.count == 1_000 - count + 2)
    }

    @Test("is not told of the last words, which standard error's reader knows the unit of")
    func lastWords() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            let journal = try Journal()
            let log = Log(isVerbose: false, isJournal: true, socket: journal.path)

            log.sayLast(.error, "portreserve: the end")

            #expect(journal.nextText() == nil)
        }

        #expect(result?.standardErrorContent == Array("<3>portreserve: the end\n".utf8))
    }

    @Test("is told by a daemon in the background too, instead of syslog")
    func background() throws {
        let journal = try Journal()
        let log = Log(isVerbose: false, isJournal: true, socket: journal.path)
        log.alsoToSystemLog()
        log.onlyToSystemLog()

        log.say(.notice, "a")

        #expect(journal.nextText()?.hasPrefix("MESSAGE=a\n") == true)
    }
}

@Suite("the journal's catalog")
struct CatalogTests {
    private static let catalog: String = {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../systemd/portreserve.catalog")
        return (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    }()

    @Test("has one entry for each event, and no other")
    func entries() {
        let told = JournalEvent.allCases.map { "\($0.id)" }
        let listed = Self.catalog.matches(of: /(?m)^-- (.+)$/).map { String($0.output.1) }

        #expect(told.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{32}/) != nil })
        #expect(Set(told).count == told.count)
        #expect(listed.sorted() == told.sorted())
    }

    @Test("has numbers that stay what they were: who searches by one has it written down")
    func numbers() {
        let known: [JournalEvent] = [
            .ready, .notReserved, .busy, .released, .open, .serving, .heldAgain, .unused, .refused,
            .unguarded, .configuration, .reloaded, .forgotten,
        ]

        #expect(known.map(\.rawValue) == Array(0x10...0x1c))
        #expect(known.count == JournalEvent.allCases.count)
        #expect(JournalEvent.ready.id == "fda0db5d6265429e80427778760ba710")
    }

    @Test("has a subject, an author, where to read more, and a text that a terminal has room for")
    func form() throws {
        let entries = Self.catalog.split(separator: /(?m)^--\s/).dropFirst()
        #expect(entries.count == JournalEvent.allCases.count)
        for entry in entries {
            let halves = entry.split(separator: "\n\n", maxSplits: 1)
            let names = halves[0].split(separator: "\n").dropFirst().map { $0.prefix { $0 != ":" } }
            #expect(names == ["Subject", "Defined-By", "Support", "Documentation"], "\(entry)")
            let text = try #require(halves.last)
            #expect(text.count > 200, "\(entry)")
            let lines = text.split(separator: "\n").map { $0.replacing(/@[A-Z_]+@/, with: "cups") }
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(entry)")
        }
    }
}

/// A journal that is told.
private struct Journal: ~Copyable {
    private let place: TemporaryDirectory
    private let socket: Descriptor

    init(in place: TemporaryDirectory? = nil) throws {
        let place = try place ?? TemporaryDirectory()
        socket = try boundDatagramSocket(at: Path(place.place("socket")))
        self.place = place
    }

    var path: Path { Path(place.place("socket")) }

    /// Whether a descriptor of this process is connected to it.
    func hasClient() -> Bool {
        (0..<Int32(1_024)).contains { number in
            var name = sockaddr_un()
            var size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let answer = unsafe withUnsafeMutableBytes(of: &name) { room in
                unsafe getpeername(
                    number, room.baseAddress?.assumingMemoryBound(to: sockaddr.self), &size)
            }
            guard answer == 0 else { return false }
            let path = unsafe withUnsafeBytes(of: name.sun_path) { unsafe $0.prefix { $0 != 0 } }
            return unsafe Text(Array(path)) == place.place("socket")
        }
    }

    /// The next entry as it came, nil where there is none.
    func nextText() -> String? {
        guard case .message(let bytes, _, _, _) = try? socket.receive(most: 4_096) else {
            return nil
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
