import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("a descriptor") struct DescriptorTests {
    @Test("reads what was written, into the place that is named")
    func readAndWrite() throws {
        let pipe = try Pipe()
        let word: [UInt8] = [1, 2, 3]
        #expect(try pipe.writeEnd.write(word.span) == 3)

        var room = [UInt8](repeating: 9, count: 6)
        let count = try pipe.readEnd.read(into: &room, from: 2)

        #expect(count == 3)
        #expect(room == [9, 9, 1, 2, 3, 9])
    }

    @Test("is closed when its owner goes; who reads the other end reads 0")
    func closed() throws {
        let pipe = try Pipe()
        let reader = pipe.readEnd
        #expect(!isReadable(reader.number))

        drop(pipe.writeEnd)

        var room = [UInt8](repeating: 9, count: 4)
        #expect(try reader.read(into: &room) == 0)
        #expect(room == [9, 9, 9, 9])
    }

    @Test("of a directory cannot be read")
    func directory() throws {
        let directory = try open("/", .directory)

        let refused = refusal { () throws(Errno) in
            var room: [UInt8] = [0]
            return try directory.read(into: &room)
        }
        #expect(refused == Errno(EISDIR))
        #expect(refusal { () throws(Errno) in try directory.readAll(most: 1) } == Errno(EISDIR))
    }

    @Test("of a full disk cannot be written")
    func full() throws {
        let disk = try open("/dev/full", .readWrite)
        let word: [UInt8] = [1]

        #expect(refusal { () throws(Errno) in try disk.write(word.span) } == Errno(ENOSPC))
    }

    @Test("is duplicated onto another, which stays open over an exec")
    func duplicate() throws {
        let source = try open("/dev/zero", .read)
        let target = try open("/dev/null", .read)

        try source.duplicate(onto: target.number)

        #expect(try target.identity() == identity(of: "/dev/zero"))
        #expect(!isCloseOnExec(target.number))
        #expect(isCloseOnExec(source.number))
    }

    @Test("of a pipe is closed on exec, at both ends")
    func pipe() throws {
        let pipe = try Pipe()

        #expect(isCloseOnExec(pipe.readEnd.number))
        #expect(isCloseOnExec(pipe.writeEnd.number))
    }
}

@Suite("reading all") struct ReadAllTests {
    @Test(
        "ends one byte behind the bound",
        arguments: [
            (0, 0), (0, 10), (9, 10), (10, 10), (11, 10), (5000, 10), (1, 0), (5000, 0),
            (4096, 4096), (4097, 4096), (4095, 5000), (70_000, 70_000), (70_001, 70_000),
            (300_000, 10_000), (300_000, 1 << 20), (1 << 20, 1 << 20), ((1 << 20) + 1, 1 << 20),
        ])
    func bound(count: Int, most: Int) throws {
        let place = try TemporaryDirectory()
        let contents = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let file = try open(Path(place.write("file", contents)), .read)

        let read = try file.readAll(most: most)

        #expect(read.count == min(count, most + 1))
        #expect(read == Array(contents.prefix(most + 1)))
    }
}
