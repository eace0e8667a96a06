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
