import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("the entries of a directory") struct DirectoryEntriesTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    private func opened() throws -> Descriptor { try open(Path(place.place("")), .directory) }

    @Test("are all names but '.' and '..'")
    func names() throws {
        for name in ["a", ".hidden", "...", "b c", "größe"] { try place.write(name) }

        let names = try opened().entries(most: 10, where: { _ in true }).map { $0.name.description }

        #expect(names.sorted() == ["...", ".hidden", "a", "b c", "größe"])
    }

    @Test("of an empty directory are none")
    func empty() throws {
        #expect(try opened().entries(most: 10, where: { _ in true }).isEmpty)
    }

    @Test("one more than the bound tells that there are more", arguments: [0, 1, 6, 7, 8])
    func bound(most: Int) throws {
        for number in 0..<7 { try place.write("file\(number)") }

        #expect(try opened().entries(most: most, where: { _ in true }).count == min(7, most + 1))
    }

    @Test("that nobody wants do not count", arguments: [2, 3])
    func unwanted(most: Int) throws {
        for number in 0..<3 { try place.write("file\(number)") }
        for number in 0..<50 { try place.write("other\(number)") }

        let entries = try opened().entries(most: most) { name in
            name.description.hasPrefix("file")
        }

        #expect(entries.map { $0.name.description }.sorted() == ["file0", "file1", "file2"])
    }

    @Test("come whole when the kernel needs many answers for them")
    func many() throws {
        let wanted = (0..<500).map { String(repeating: "n", count: 200) + "\($0)" }
        for name in wanted { try place.write(name) }

        let names = try opened().entries(most: 1000, where: { _ in true }).map {
            $0.name.description
        }

        #expect(names.sorted() == wanted.sorted())
        #expect(try opened().entries(most: 400, where: { _ in true }).count == 401)
    }

    @Test("lead to what a look at them shows, links followed")
    func kinds() throws {
        try place.write("file")
        try place.makeDirectory("directory")
        #expect(unsafe mkfifo("\(place.path)/fifo", 0o600) == 0)
        _ = try boundDatagramSocket(at: Path(place.place("socket")))
        let links = [
            "to-file": "file", "to-directory": "directory", "to-fifo": "fifo",
            "to-null": "/dev/null", "to-zero": "/dev/zero", "to-link": "to-file",
        ]
        for (name, target) in links { try place.link(name, to: target) }
        let directory = try opened()

        var kinds: [String: FileKind] = [:]
        for entry in try directory.entries(most: 20, where: { _ in true }) {
            kinds[entry.name.description] = try directory.kind(of: entry)
        }

        let wanted: [String: FileKind] = [
            "file": .regular, "directory": .directory, "fifo": .other, "socket": .other,
            "to-file": .regular, "to-directory": .directory, "to-fifo": .other, "to-null": .null,
            "to-zero": .other, "to-link": .regular,
        ]
        #expect(kinds == wanted)
    }

    @Test("that lead nowhere are refused")
    func nowhere() throws {
        try place.link("dangling", to: "none")
        try place.link("loop", to: "loop")
        let directory = try opened()

        for entry in try directory.entries(most: 10, where: { _ in true }) {
            let refused = refusal { () throws(Errno) in try directory.kind(of: entry) }
            #expect(refused == (entry.name == "loop" ? Errno(ELOOP) : .noEntry))
        }
    }

    @Test("a path leads where it leads, absolute or below the directory")
    func paths() throws {
        try place.write("file")
        let directory = try opened()

        #expect(try directory.kind(of: "file") == .regular)
        #expect(try directory.kind(of: ".") == .directory)
        #expect(try directory.kind(of: "/dev/null") == .null)
        #expect(try directory.kind(of: "/dev/zero") == .other)
    }

    @Test("an open file knows what it is")
    func openFiles() throws {
        let (file, null) = (Path(try place.write("file")), Path("/dev/null"))

        #expect(try open(file, .read).kind() == .regular)
        #expect(try opened().kind() == .directory)
        #expect(try open(null, .read).kind() == .null)
        #expect(try Pipe().readEnd.kind() == .other)
    }

    @Test("what is no directory has none")
    func noDirectory() throws {
        let file = try open(Path(try place.write("file")), .read)

        #expect(
            refusal { () throws(Errno) in try file.entries(most: 1, where: { _ in true }) }
                == Errno(ENOTDIR))
        #expect(refusal { () throws(Errno) in try file.kind(of: "file") } == Errno(ENOTDIR))
    }
}
