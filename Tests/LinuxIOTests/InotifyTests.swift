import Glibc
import Seeded
import TestFiles
import Testing
import Text

@testable import LinuxIO

private func words(_ numbers: Int32...) -> [UInt8] {
    numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
}

@Suite("inotify") struct InotifyTests {
    @Test("is read as the kernel writes it")
    func parsed() {
        let name = Array("a.b\0\0\0\0\0".utf8)
        let cases: [([UInt8], [Descriptor.Notice])] = [
            (words(3, 0x2, 0, 0), [.modified(watch: 3)]),
            (words(4, 0x4000_0200, 0, 8) + name, [.deleted(watch: 4, name: "a.b")]),
            (words(-1, 0x4000, 0, 0), [.lost]), (words(5, 0x8000, 0, 0), [.ended(watch: 5)]),
            (words(5, 0x2000, 0, 0), []), (words(3, 0x2, 0, 1), []), (words(3, 0x2, 0, -1), []),
            (
                words(3, 0x2, 0, 0) + words(4, 0x8000, 0, 0),
                [.modified(watch: 3), .ended(watch: 4)]
            ),
        ]
        for (bytes, expected) in cases { #expect(notices(in: bytes[...]) == expected) }
    }

    @Test("does not trap, whatever the bytes", arguments: UInt64(0)..<20)
    func fuzz(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<500 {
            var bytes = words(1, 0x200, 0, 16) + Array(repeating: UInt8(97), count: 16)
            bytes += words(-1, 0x4000, 0, 0) + words(2, 0x2, 0, 0)
            for _ in 0..<Int.random(in: 0...8, using: &random) {
                let place = bytes.indices.randomElement(using: &random) ?? 0
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            #expect(notices(in: bytes[...]).count <= bytes.count / 16)
        }
    }

    @Test("tells of names that come and go, of files that change, and of nothing else")
    func real() throws {
        let place = try TemporaryDirectory()
        try place.write("a")
        try place.write("b")
        let inotify = try Descriptor.inotify()
        let names = try inotify.watchNames(in: Path(place.place(".")))
        let changes = try inotify.watchChanges(of: Path(place.place("a")))
        #expect(try inotify.nextNotices() == [])

        let file = try open(Path(place.place("a")), .readWrite)
        let byte: [UInt8] = [1]
        try file.write(byte.span)
        try removeFile(Path(place.place("b")))
        try place.write("c")
        #expect(
            try inotify.nextNotices() == [
                .modified(watch: changes), .deleted(watch: names, name: "b"),
                .created(watch: names, name: "c"),
            ])
        inotify.removeWatch(changes)
        try file.write(byte.span)
        #expect(try inotify.nextNotices() == [.ended(watch: changes)])
        #expect(isCloseOnExec(inotify.number))
    }

    @Test("refuses what is no directory, or is not there")
    func refused() throws {
        let place = try TemporaryDirectory()
        let file = Path(try place.write("a"))
        let none = Path(place.place("none"))
        let inotify = try Descriptor.inotify()

        #expect(
            refusal { () throws(Errno) in try inotify.watchNames(in: file) } == Errno(ENOTDIR))
        #expect(refusal { () throws(Errno) in try inotify.watchChanges(of: none) } == .noEntry)
    }
}
