import Control
import Glibc
import TestFiles
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

@Suite("bounds of the configuration on disk") struct ConfigurationReaderBoundTests {
    private let layers: Layers

    init() throws { layers = try Layers() }

    @Test("a file has at most 1 MiB", arguments: [-1, 0, 1])
    func file(more: Int) throws {
        let line = "1/tcp\n"
        let comment = "#" + String(repeating: "x", count: (1 << 20) + more - line.count - 1)
        try layers.write("etc/cups", line + comment)
        try layers.write("lib/cups", "2/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == (more <= 0 ? ["cups 1/tcp"] : []))
        let said = "etc/cups: larger than 1048576 bytes, ignoring it"
        #expect(reading.diagnostics == (more <= 0 ? [] : [said]))
    }

    @Test("a directory has at most 16384 files")
    func files() throws {
        for number in 0...16_384 {
            let fd = unsafe creat("\(layers.place.path)/etc/s\(number)", 0o644)
            if fd < 0 { Issue.record("no file") }
            close(fd)
        }

        let tooMany = layers.read()
        try removeFile(Path(layers.place.place("etc/s0")))
        let reading = layers.read()

        #expect(tooMany.services.count == 16_384)
        #expect(tooMany.diagnostics == ["etc: more than 16384 files, ignoring the rest"])
        #expect(reading.services.count == 16_384)
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("the services database has at most 4 MiB", arguments: [0, 1])
    func services(more: Int) throws {
        let line = "ipp 631/tcp\n"
        let comment = "#" + String(repeating: "x", count: (4 << 20) + more - line.count - 1)
        try layers.write("services", line + comment)
        try layers.write("etc/cups", "ipp\n1/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == (more == 0 ? ["cups 631/tcp", "cups 1/tcp"] : ["cups 1/tcp"]))
        let said = [
            "etc/cups:1:1: 'ipp': names cannot be looked up, ignoring this line",
            "services: larger than 4194304 bytes, names cannot be looked up",
        ]
        #expect(reading.diagnostics == (more == 0 ? [] : said))
    }
}

@Suite("the services database on disk") struct ServicesOnDiskTests {
    private let layers: Layers

    init() throws { layers = try Layers() }

    @Test("is read only when a name has to be looked up")
    func unneeded() throws {
        try removeFile(Path(layers.places.services))
        try layers.write("etc/cups", "1/tcp")

        #expect(layers.read().diagnostics.isEmpty)
    }

    @Test("that cannot be read is said, and each name after it")
    func missing() throws {
        try removeFile(Path(layers.places.services))
        try layers.write("etc/cups", "ipp\n1/tcp")

        let reading = layers.read()

        #expect(reading.endpoints == ["cups 1/tcp"])
        #expect(
            reading.diagnostics == [
                "etc/cups:1:1: 'ipp': names cannot be looked up, ignoring this line",
                "services: No such file or directory, names cannot be looked up",
            ])
    }

    @Test("that is no file is said")
    func directory() throws {
        try removeFile(Path(layers.places.services))
        try layers.place.makeDirectory("services")
        try layers.write("etc/cups", "ipp")

        #expect(
            layers.read().diagnostics.last
                == "services: not a regular file, names cannot be looked up")
    }

    @Test("its malformed lines are said")
    func malformed() throws {
        try layers.write("services", "x 1\nipp 631/tcp\n")
        try layers.write("etc/cups", "ipp")

        let reading = layers.read()

        #expect(reading.endpoints == ["cups 631/tcp"])
        #expect(
            reading.diagnostics == [
                "services:1:1: '1': not 'name port/protocol', ignoring this line"
            ])
    }
}

@Suite("files that are named one by one") struct NamedFilesTests {
    private let layers: Layers

    init() throws { layers = try Layers() }

    @Test("are read whatever their name")
    func anyName() throws {
        try layers.write("cups.new", "ipp")
        try layers.write("b~", "2/tcp\nx/y")

        let reading = layers.read(files: ["cups.new", "b~"])

        #expect(reading.endpoints == ["b~ 2/tcp", "cups.new 631/tcp"])
        #expect(reading.diagnostics == ["b~:2:1: 'x/y': no such protocol, ignoring this line"])
    }

    @Test("are said where they are none")
    func none() throws {
        #expect(unsafe mkfifo("\(layers.place.path)/fifo", 0o600) == 0)
        try layers.place.link("null", to: "/dev/null")

        let reading = layers.read(files: ["none", "etc", "fifo", "null", "etc/none"])

        #expect(
            reading.diagnostics == [
                "etc/none: No such file or directory, ignoring it",
                "etc: a directory, whose files '-c' reads, ignoring it",
                "fifo: not a regular file, ignoring it",
                "none: No such file or directory, ignoring it",
            ])
    }

    @Test("are judged together")
    func together() throws {
        try layers.write("a", "1/tcp")
        try layers.write("b", "127.0.0.1:1/tcp")

        #expect(layers.read(files: ["b", "a"]).diagnostics.count == 1)
        #expect(layers.read(files: ["b"]).diagnostics.isEmpty)
    }
}
