import Control
import Foundation
import Reservations
import TestFiles
import Testing
import Text

@testable import Generator

@Suite("generator: on files") struct GenerationTests {
    @Test("nothing is written or said where there is no configuration")
    func nothing() throws {
        let machine = try Machine()

        #expect(machine.generate() == [])
        #expect(machine.written == [])
    }

    @Test("a file that masks, or reserves nothing, has no drop-in")
    func masked() throws {
        let machine = try Machine()
        try machine.write("etc/empty", "")
        try machine.write("etc/comment", "# 631\n")
        try machine.link("etc/null", to: "/dev/null")
        try machine.write("etc/cups", "631\n")
        try machine.write("usr/empty", "631\n")

        #expect(machine.generate() == [])
        #expect(machine.written == ["cups.service.d"])
    }

    @Test("what the daemon ignores is ignored, and what no unit can be is said")
    func ignored() throws {
        let machine = try Machine()
        for name in ["cups.rpmsave", "cups~", "*", "cups"] {
            try machine.write("etc/\(name)", "631\n")
        }
        try machine.link("etc/gone", to: "/nowhere")

        let said = machine.generate()

        #expect(said.count == 2)
        #expect(said.contains { $0.hasSuffix("/etc/*: '*' stands for every service, ignoring it") })
        #expect(said.contains { $0.hasSuffix("/etc/gone: a link to nowhere, ignoring it") })
        #expect(machine.written == ["cups.service.d"])
    }

    @Test("a drop-in that is there stays, and what cannot be written is said")
    func standing() throws {
        let machine = try Machine()
        for name in ["a", "b", "c"] { try machine.write("etc/\(name)", "631\n") }
        try machine.write("out/a.service.d/50-portreserve.conf", "mine")
        try machine.write("out/b.service.d", "a file")

        let said = machine.generate()

        #expect(machine.read("out/a.service.d/50-portreserve.conf") == "mine")
        #expect(said.count == 1)
        #expect(said[0].hasSuffix("/out: Not a directory, no drop-in for 'b.service'"))
        #expect(machine.read("out/c.service.d/50-portreserve.conf")?.isEmpty == false)
    }

    @Test("a link in a drop-in's place is not followed")
    func link() throws {
        let machine = try Machine()
        try machine.write("etc/a", "631\n")
        try machine.write("out/a.service.d/x", "")
        try machine.link("out/a.service.d/50-portreserve.conf", to: machine.path("victim"))

        #expect(machine.generate() == [])
        #expect(machine.read("victim") == nil)
    }

    @Test("a directory that is not there is said once")
    func missing() throws {
        let machine = try Machine()
        try machine.write("etc/a", "631\n")
        try machine.write("etc/b", "631\n")

        let said = machine.generate(into: "nowhere")

        #expect(said.count == 1)
        #expect(said[0].hasSuffix("No such file or directory, no drop-in is written"))
    }

    @Test(
        "a socket unit is read from the first directory that has it, with its drop-ins",
        arguments: [
            ([:], false),
            (["lib/a.socket": "ListenStream=631"], true),
            (["lib/a.socket": "ListenStream=631", "units/a.socket": ""], false),
            (["lib/a.socket": "ListenStream=1", "units/a.socket": "ListenStream=631"], true),
            (
                ["lib/a.socket": "ListenStream=1", "units/a.socket.d/x.conf": "ListenStream=631"],
                true
            ),
            (
                ["lib/a.socket": "ListenStream=631", "units/a.socket.d/x.conf": "ListenStream="],
                false
            ),
            (["lib/a.socket": "ListenStream=631", "units/a.socket.d/x": "ListenStream="], true),
            // By the names of the files, and not by those of the directories.
            (
                [
                    "lib/a.socket": "", "lib/a.socket.d/2.conf": "ListenStream=631",
                    "units/a.socket.d/1.conf": "ListenStream=",
                ], false
            ),
            (
                [
                    "lib/a.socket": "Accept=no", "lib/a.socket.d/2.conf": "ListenStream=631",
                    "units/a.socket.d/1.conf": "ListenStream=",
                ], true
            ),
            (
                [
                    "lib/a.socket": "Accept=no", "lib/a.socket.d/1.conf": "ListenStream=631",
                    "units/a.socket.d/1.conf": "",
                ], false
            ),
            (["lib/b.socket": "ListenStream=631\nService=a.service"], true),
        ])
    func sockets(files: [String: String], isAsking: Bool) throws {
        let machine = try Machine()
        try machine.write("etc/a", "631/tcp\n")
        for (path, text) in files {
            try machine.write(path, text.isEmpty ? "" : "[Socket]\n\(text)\n")
        }

        #expect(machine.generate() == [])
        let units = machine.written.filter { $0.hasSuffix(".socket.d") }
        #expect(units.isEmpty != isAsking, "\(machine.written)")
    }

    @Test("a masked socket unit, and one that is no file, are none")
    func noSockets() throws {
        let machine = try Machine()
        for name in ["a", "b", "c"] { try machine.write("etc/\(name)", "631/tcp\n") }
        try machine.write("lib/a.socket", "[Socket]\nListenStream=631\n")
        try machine.link("units/a.socket", to: "/dev/null")
        try machine.write("lib/b.socket/x", "")
        try machine.write(
            "lib/c.socket", String(repeating: "[Socket]\nListenStream=631\n", count: 50_000))

        #expect(machine.generate() == [])
        #expect(machine.written == ["a.service.d", "b.service.d", "c.service.d"])
    }

    @Test("a link to a unit of another name is an alias, one to its own name is where it is")
    func aliases() throws {
        let machine = try Machine()
        for name in ["sshd", "linked", "odd"] { try machine.write("etc/\(name)", "22/tcp\n") }
        try machine.write("lib/ssh.service", "")
        try machine.write("lib/ssh.socket", "[Socket]\nListenStream=22\n")
        try machine.link("units/sshd.service", to: machine.path("lib/ssh.service"))
        try machine.link("units/sshd.socket", to: machine.path("lib/ssh.socket"))
        try machine.link("units/linked.service", to: "/opt/linked.service")
        try machine.link("units/odd.service", to: "/opt/other.service")

        #expect(machine.generate() == [])
        #expect(
            machine.written == [
                "linked.service.d", "odd.service.d", "ssh.service.d", "ssh.socket.d",
            ])
    }

    @Test("a link from a template to another one is an alias, which runs as that one's instances")
    func templateAlias() throws {
        let machine = try Machine()
        try machine.write("etc/tmplalias", "5432\n")
        try machine.write("lib/inst2@.service", "[Service]\n")
        try machine.link("units/tmplalias@.service", to: machine.path("lib/inst2@.service"))

        #expect(machine.generate() == [])
        #expect(machine.written == ["inst2@.service.d", "tmplalias.service.d"])
    }

    @Test("a template that is there has a drop-in too")
    func template() throws {
        let machine = try Machine()
        try machine.write("etc/pg", "5432\n")
        try machine.write("lib/pg@.service", "[Service]\n")

        #expect(machine.generate() == [])
        #expect(machine.written == ["pg.service.d", "pg@.service.d"])
    }
}

/// A machine's files in a directory of the test's own: configuration in `etc` and `usr`, units in
/// `units` before those in `lib`, what is written in `out`.
private final class Machine {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        try directory.makeDirectory("out")
    }

    func path(_ name: String) -> String { "\(directory.path)/\(name)" }

    func write(_ path: String, _ text: String) throws {
        try makeFolder(of: path)
        try directory.write(path, Array(text.utf8))
    }

    func link(_ path: String, to target: String) throws {
        try makeFolder(of: path)
        try directory.link(path, to: target)
    }

    func read(_ path: String) -> String? {
        directory.read(path).map { String(decoding: $0, as: UTF8.self) }
    }

    private func makeFolder(of path: String) throws {
        let folder = URL(filePath: self.path(path)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Generates, and gives what is said.
    func generate(into folder: String = "out") -> [String] {
        let places = Places(
            runtimeDirectory: "/nowhere", pidFile: "/nowhere",
            configurationDirectories: [directory.place("etc"), directory.place("usr")],
            services: directory.place("services"))
        let units = ["units", "lib", "none"].map { directory.place($0) }
        return Generator.generate(into: directory.place(folder), places, units: units).map {
            "\($0.text)"
        }
    }

    /// The units' directories in `out`.
    var written: [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: path("out"))
        return (names ?? []).sorted()
    }
}
