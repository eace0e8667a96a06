import Glibc
import Testing
import Text

@testable import LinuxIO

@Suite("a line for people") struct StandardOutputTests {
    @Test("goes out whole, with its newline")
    func whole() throws {
        let pipe = try Pipe()

        writeLine("größe", to: pipe.writeEnd.number)
        writeLine("", to: pipe.writeEnd.number)

        let reader = pipe.readEnd
        drop(pipe.writeEnd)
        #expect(try reader.readAll(most: 100) == Array("größe\n\n".utf8))
    }

    @Test("that cannot be written is lost")
    func lost() throws {
        let disk = try open("/dev/full", .readWrite)
        writeLine("a", to: disk.number)
        let readOnly = try open("/dev/null", .read)
        writeLine("a", to: readOnly.number)
        writeLine("a", to: 1_000_000)  // Closed.
    }

    @Test("for a pipe that nobody reads is lost, and ends nobody")
    func broken() async {
        await #expect(processExitsWith: .success) {
            ThisProcess.ignoreBrokenPipes()
            let pipe = try Pipe()
            let writer = pipe.writeEnd
            drop(pipe.readEnd)

            writeLine("a", to: writer.number)
        }
    }

    @Test("has room where nothing waits: read, closed, read-only, without a reader, full disk")
    func room() async {
        await #expect(processExitsWith: .success) {
            for path in ["/dev/full", "/dev/null"] as [Text] {
                try open(Path(path), .readWrite).duplicate(onto: 2)
                #expect(standardErrorHasRoom(milliseconds: 0), "\(path)")
            }
            try open("/dev/null", .read).duplicate(onto: 2)
            #expect(standardErrorHasRoom(milliseconds: 0))
            close(2)
            #expect(standardErrorHasRoom(milliseconds: 0))
            let pipe = try Pipe()
            try pipe.writeEnd.duplicate(onto: 2)
            #expect(standardErrorHasRoom(milliseconds: 0))
            drop(pipe.readEnd)
            #expect(standardErrorHasRoom(milliseconds: 0))
        }
    }

    @Test("has none, after its time, in a pipe that is full and not read")
    func noRoom() async {
        await #expect(processExitsWith: .success) {
            ThisProcess.ignoreBrokenPipes()
            let pipe = try Pipe()
            try pipe.writeEnd.duplicate(onto: 2)
            #expect(fcntl(2, F_SETFL, O_NONBLOCK) == 0)
            let piece = [UInt8](repeating: 0, count: 4096)
            while unsafe write(2, piece, piece.count) > 0 {}

            let began = monotonicMilliseconds()
            #expect(!standardErrorHasRoom(milliseconds: 20))
            #expect(monotonicMilliseconds() - began >= 19)
            withExtendedLifetime(pipe) {}
        }
    }

    @Test("goes to standard error or to standard output")
    func streams() async throws {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent, \.standardOutputContent]
        ) {
            complain("of error")
            answer("of output")
        }

        #expect(result?.standardErrorContent == Array("of error\n".utf8))
        let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
        #expect(output.contains("of output\n"))
    }
}
