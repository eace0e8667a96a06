import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("files") struct FileTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    @Test("are closed on exec, however they are opened")
    func closeOnExec() throws {
        let path = Path(try place.write("file"))

        let new = Path(place.place("new"))
        let files = [
            try Kept(open(path, .read)), try Kept(open(path, .readWrite)),
            try Kept(open(new, .readWriteCreating(mode: 0o600))), try Kept(open("/", .directory)),
            try Kept(open(Path(place.place("newer")), .create(mode: 0o600))),
            try Kept(open(path, .append)),
        ]

        #expect(files.allSatisfy { isCloseOnExec($0.number) })
    }

    @Test("are opened by a name of any bytes")
    func anyBytes() throws {
        let directory = try open(Path(place.place("")), .directory)
        let name = Path(Text([0xff, 0xfe, 0x20]))

        _ = try open(name, .readWriteCreating(mode: 0o600), below: directory)

        #expect(
            try directory.entries(most: 1, where: { _ in true }).map { $0.name } == [
                Text([0xff, 0xfe, 0x20])
            ])
        try removeFile(Path(place.place("") + Text([0xff, 0xfe, 0x20])))
        #expect(try directory.kind(of: ".") == .directory)
    }

    @Test("are not opened where they are missing, or not what is asked for")
    func refused() throws {
        let file = try place.write("file")
        try place.link("loop", to: "loop")

        #expect(
            refusal { () throws(Errno) in try open(Path(place.place("none")), .read) } == .noEntry)
        #expect(refusal { () throws(Errno) in try open(Path(file), .directory) } == Errno(ENOTDIR))
        #expect(
            refusal { () throws(Errno) in try open(Path(place.place("loop")), .read) }
                == Errno(ELOOP))
        #expect(
            refusal { () throws(Errno) in try open(Path(place.place("")), .readWrite) }
                == Errno(EISDIR))
        let directory = try open(Path(place.place("")), .directory)
        #expect(
            refusal { () throws(Errno) in try open("none", .read, below: directory) } == .noEntry)
    }

    @Test("a FIFO without a writer is opened without waiting")
    func fifo() throws {
        #expect(unsafe mkfifo("\(place.path)/fifo", 0o600) == 0)

        let fifo = try open(Path(place.place("fifo")), .read)

        #expect(try fifo.readAll(most: 10).isEmpty)
    }

    @Test(
        "are made with the mode that is asked for, less the umask, and opened when they are there")
    func creating() async {
        await #expect(processExitsWith: .success) {
            let place = try TemporaryDirectory()
            let path = Path(place.place("file"))
            ThisProcess.setFileCreationMask(0o022)

            let made = try open(path, .readWriteCreating(mode: 0o666))
            let again = try open(path, .readWriteCreating(mode: 0o666))

            #expect(mode(of: "\(place.path)/file") == 0o644)
            #expect(try made.identity() == again.identity())
        }
    }

    @Test("get new contents in place of all the old")
    func replacing() throws {
        let path = Path(try place.write("file", Array("123456\n".utf8)))
        let file = try open(path, .readWrite)

        let (first, second) = (Array("78\n".utf8), [UInt8]())
        try file.replaceContents(with: first.span)
        #expect(place.read("file") == first)
        try file.replaceContents(with: second.span)
        #expect(place.read("file") == [])
    }

    @Test("opened for reading do not get new contents")
    func replacingRefused() throws {
        let file = try open(Path(try place.write("file", [1])), .read)
        let bytes: [UInt8] = [2]

        let refused = refusal { () throws(Errno) in try file.replaceContents(with: bytes.span) }

        #expect(refused == Errno(EINVAL))
        #expect(place.read("file") == [1])
    }

    @Test("are told apart by device and inode, not by name")
    func identities() throws {
        let first = try place.write("first")
        let second = try place.write("second")
        try place.link("link", to: "first")
        let file = try open(Path(first), .read)

        #expect(try file.identity() == identity(of: Path(place.place("link"))))
        #expect(try file.identity() != identity(of: Path(second)))
        #expect(FileIdentity(ofDescriptor: file.number) == (try file.identity()))
        #expect(
            refusal { () throws(Errno) in try identity(of: Path(place.place("none"))) } == .noEntry)
        try removeFile(Path(first))
        try place.write("first")
        #expect(try file.identity() != identity(of: Path(first)), "another file of that name")
    }

    @Test("their identity reads as JOURNAL_STREAM does, and a closed one has none")
    func journalText() throws {
        let file = try open("/dev/null", .read)

        #expect(try file.identity().text.description == identityText(of: "/dev/null"))
        #expect(FileIdentity(ofDescriptor: 1_000_000) == nil)
    }
}

@Suite("names of files") struct FileNameTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    @Test("a directory is made once, and one that is there is as good")
    func making() throws {
        let path = Path(place.place("new"))

        try makeDirectory(path, mode: 0o700)
        try makeDirectory(path, mode: 0o700)

        #expect(mode(of: "\(place.path)/new") == 0o700)
        let below = Path(place.place("none/new"))
        #expect(refusal { () throws(Errno) in try makeDirectory(below, mode: 0o700) } == .noEntry)
    }

    @Test("a directory is made below another, and one that is there is as good")
    func directoryBelow() throws {
        let directory = try open(Path(place.place("")), .directory)

        for _ in 0..<2 { try directory.makeDirectory("below", mode: 0o755) }

        #expect(try directory.kind(of: "below") == .directory)
        #expect(throws: Errno.noEntry) { try directory.makeDirectory("none/below", mode: 0o755) }
    }

    @Test("are created only where nothing is, not even a link")
    func creation() throws {
        try place.link("link", to: "\(place.path)/target")
        let path = try place.write("file", [1])

        for name in [path, place.place("link")] {
            #expect(throws: Errno.alreadyExists) { _ = try open(Path(name), .create(mode: 0o600)) }
        }
        #expect(place.read("file") == [1] && place.read("target") == nil)
    }

    @Test("are appended to, and a FIFO that nobody reads is not waited for")
    func appended() throws {
        let path = try place.write("file", [1])
        _ = unsafe mkfifo("\(place.path)/fifo", 0o600)

        for byte: UInt8 in [2, 3] { try open(Path(path), .append).write([byte].span) }

        #expect(place.read("file") == [1, 2, 3])
        #expect(throws: Errno(ENXIO)) { _ = try open(Path(place.place("fifo")), .append) }
    }

    @Test("a name is removed, and one that is missing is as good")
    func removing() throws {
        let path = Path(try place.write("file"))

        try removeFile(path)
        try removeFile(path)

        #expect(!place.exists("file"))
        #expect(
            refusal { () throws(Errno) in try removeFile(Path(place.place(""))) } == Errno(EISDIR))
    }

    @Test("nobody's process is refused what is root's", .enabled(if: isRoot, "needs root"))
    func denied() async {
        await #expect(processExitsWith: .success) { [path = place.path as String] in
            let place = TemporaryDirectory(lent: path)
            let file = Path(try place.write("file"))
            #expect(unsafe chmod("\(place.path)/file", 0o600) == 0)
            try becomeNobody()

            #expect(refusal { () throws(Errno) in try open(file, .read) } == .accessDenied)
            #expect(refusal { () throws(Errno) in try removeFile(file) } == .accessDenied)
            let new = Path(place.place("new"))
            #expect(
                refusal { () throws(Errno) in try makeDirectory(new, mode: 0o755) } == .accessDenied
            )
        }
    }
}

/// A descriptor that can stand in an array.
private final class Kept {
    private let descriptor: Descriptor

    init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

    var number: Int32 { descriptor.number }
}
