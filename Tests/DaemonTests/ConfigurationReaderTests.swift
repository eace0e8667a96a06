import Glibc
import TestFiles
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

@Suite("the configuration on disk") struct ConfigurationReaderTests {
    private let layers: Layers

    init() throws { layers = try Layers() }

    @Test("is every file of both directories, by its name")
    func both() throws {
        try layers.write("etc/b", "1/tcp")
        try layers.write("lib/a", "2/tcp\n[::1]:ipp")
        try layers.write("etc/größe", "3/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == ["a 2/tcp", "a [::1]:631/tcp", "b 1/tcp", "größe 3/tcp"])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("a file of the administrator hides the package's")
    func layered() throws {
        try layers.write("etc/cups", "1/tcp")
        try layers.write("lib/cups", "2/tcp\nwrong/x")

        let reading = layers.read()

        #expect(reading.endpoints == ["cups 1/tcp"])
        #expect(reading.diagnostics.isEmpty, "the hidden file is not even read")
    }

    @Test("an empty file, or a link to /dev/null, masks the package's")
    func masks() throws {
        for name in ["empty", "null", "comment"] { try layers.write("lib/\(name)", "1/tcp") }
        try layers.write("etc/empty", "")
        try layers.write("etc/comment", "# off\n")
        try layers.place.link("etc/null", to: "/dev/null")

        let reading = layers.read()

        #expect(reading.endpoints == [])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("names with a dot or a tilde, and directories, are skipped without a word")
    func skipped() throws {
        for name in ["cups.rpmsave", ".hidden", "cups~", ".", "a~b"] where name != "." {
            try layers.write("etc/\(name)", "wrong/x")
        }
        try layers.place.makeDirectory("etc/directory")
        try layers.place.link("etc/linked", to: "directory")
        try layers.write("lib/directory", "1/tcp")
        try layers.write("lib/linked", "2/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == ["directory 1/tcp", "linked 2/tcp"])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("what is no file is said, and masks the package's all the same")
    func oddKinds() throws {
        let place = layers.place
        #expect(unsafe mkfifo("\(place.path)/etc/fifo", 0o600) == 0)
        _ = try boundDatagramSocket(at: Path(place.place("etc/socket")))
        try place.link("etc/zero", to: "/dev/zero")
        try place.link("etc/to-fifo", to: "fifo")
        try place.link("etc/dangling", to: "none")
        try place.link("etc/loop", to: "loop")
        for name in ["fifo", "socket", "zero", "to-fifo", "dangling", "loop"] {
            try layers.write("lib/\(name)", "1/tcp")
        }
        try layers.write("lib/good", "2/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == ["good 2/tcp"])
        #expect(
            reading.diagnostics == [
                "etc/dangling: a link to nowhere, ignoring it",
                "etc/fifo: not a regular file, ignoring it",
                "etc/loop: Too many levels of symbolic links, ignoring it",
                "etc/socket: not a regular file, ignoring it",
                "etc/to-fifo: not a regular file, ignoring it",
                "etc/zero: not a regular file, ignoring it",
            ])
    }

    @Test("a link to a file is that file, by the link's name")
    func link() throws {
        try layers.write("real", "1/tcp")
        try layers.place.link("etc/linked", to: "../real")

        #expect(layers.read().endpoints == ["linked 1/tcp"])
    }

    @Test("wrong lines and overlaps are said with the file's path")
    func wrong() throws {
        try layers.write("etc/a", "631/tcp\nx/y")
        try layers.write("lib/b", "127.0.0.1:631/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == ["a 631/tcp"])
        #expect(reading.diagnostics.count == 2)
        #expect(reading.diagnostics[0].hasPrefix("etc/a:2:1: 'x/y': no such protocol"))
        #expect(
            reading.diagnostics[1].hasPrefix("lib/b:1:1: '127.0.0.1:631/tcp': overlaps 631/tcp of ")
        )
    }

    @Test("a name that is no UTF-8 is a service, and shown as bytes")
    func foreignName() throws {
        let etc = try open(Path(layers.place.place("etc")), .directory)
        let file = try open(Path(Text([0x61, 0xff])), .readWriteCreating(mode: 0o644), below: etc)
        let bytes = Array("1/tcp\nx/y".utf8)
        try file.replaceContents(with: bytes.span)

        let reading = layers.read()

        #expect(reading.endpoints == [#"a\xff 1/tcp"#])
        #expect(
            reading.diagnostics == [#"etc/a\xff:2:1: 'x/y': no such protocol, ignoring this line"#])
        try removeFile(Path(layers.place.place("etc/") + Text([0x61, 0xff])))
    }

    @Test("a directory that is missing is said of the administrator's alone")
    func missing() throws {
        try layers.write("lib/a", "1/tcp")
        #expect(unsafe rmdir("\(layers.place.path)/etc") == 0)

        let reading = layers.read()

        #expect(reading.endpoints == ["a 1/tcp"])
        #expect(
            reading.diagnostics == ["etc: No such file or directory, nothing is read from it"])
        #expect(unsafe unlink("\(layers.place.path)/lib/a") == 0)
        #expect(unsafe rmdir("\(layers.place.path)/lib") == 0)
        #expect(layers.read().diagnostics.count == 1)
    }

    @Test("what should be a directory and is a file is said of both")
    func noDirectory() throws {
        for name in ["etc", "lib"] {
            #expect(unsafe rmdir("\(layers.place.path)/\(name)") == 0)
            try layers.write(name, "1/tcp")
        }

        let reading = layers.read()

        #expect(reading.endpoints == [])
        #expect(
            reading.diagnostics == [
                "etc: Not a directory, nothing is read from it",
                "lib: Not a directory, nothing is read from it",
            ])
    }
}
