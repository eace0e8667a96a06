/// DESIGN sections 4 and 5 as tables, on the built daemon with a private services file: what each
/// line holds, found by real binds on both families, and what is said of the wrong ones.

import Glibc
import Testing

@Suite("the configuration")
struct ConfigurationTests {
    @Test("a right line holds exactly what it says", arguments: rightLines)
    func right(row: Row) throws { try hold(row) }

    @Test("a wrong line is told by its place, and nothing else is lost", arguments: wrongLines)
    func wrong(row: Row) throws { try hold(row) }

    @Test("files together hold exactly what they say", arguments: fileRows)
    func files(row: Row) throws { try hold(row) }

    @Test(
        "-n says what the daemon says, holds nothing and answers by its status",
        arguments: rightLines + wrongLines + fileRows)
    func check(row: Row) throws {
        try Room.run { room in
            row.write(in: room)

            let checked = try room.run("portreserve", "-n")

            row.check(checked.errorLines, room.story)
            #expect(checked.status == (row.says.isEmpty ? 0 : 1), room.story)
            #expect(checked.output.isEmpty, room.story)
            #expect(room.names(in: "/run") == [], room.story)
        }
    }

    @Test("of all 65,535 ports of both protocols only the named ones are held")
    func nothingElse() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n[::1]:5432/tcp\n60000-60010/udp\n")

            _ = try room.startDaemon("-f")

            let expected =
                ["631/tcp", "631/udp", "[::1]:5432/tcp"] + (60000...60010).map { "\($0)/udp" }
            let held = heldEndpoints(among: 1...65535)
            #expect(held == Set(expected), room.story)
        }
    }

    private func hold(_ row: Row) throws {
        try Room.run { room in
            row.write(in: room)

            let daemon = try room.startDaemon("-f")

            let held = heldEndpoints(among: row.probed)
            #expect(held == row.holds, room.story)
            row.check(daemon.diagnostics, room.story)
            let count = row.holds.count
            let ready =
                count == 0
                ? "portreserve: nothing is reserved"
                : "portreserve: holding \(count) \(count == 1 ? "port" : "ports") of "
            #expect(daemon.ready.hasPrefix(ready), room.story)
            #expect(try daemon.stop() == 0, room.story)
            #expect(heldEndpoints(among: row.probed).isEmpty, room.story)
        }
    }
}

@Suite("where the configuration comes from")
struct DirectoryTests {
    @Test("-c reads its directory alone")
    func directory() throws {
        try Room.run { room in
            room.configure("cups", "ipp/tcp\n")
            room.ship("spamd", "783\n")
            room.makeDirectory("/run/mine")
            room.write("/run/mine/named", "rndc/tcp\nrndc/sctp\n")

            let daemon = try room.startDaemon("-f", "-c", "/run/mine")

            #expect(heldEndpoints(among: 600...1000) == ["953/tcp"], room.story)
            let places = daemon.diagnostics.map { $0.prefix { $0 != " " } }
            #expect(places == ["/run/mine/named:2:1:"], room.story)
        }
    }

    @Test("-n takes files of any name, and says nothing of those that are right")
    func paths() throws {
        try Room.run { room in
            room.write("/run/cups.new", "ipp\n")
            room.write("/run/wrong~", "ipp\nipp/sctp\n")

            let right = try room.run("portreserve", "-n", "/run/cups.new")
            let both = try room.run("portreserve", "-n", "/run/cups.new", "/run/wrong~")
            let missing = try room.run("portreserve", "-n", "/run/missing")

            #expect(right.status == 0 && right.errors.isEmpty, room.story)
            #expect(both.status == 1 && both.errorLines.count == 1, room.story)
            #expect(both.errorText.hasPrefix("/run/wrong~:2:1: 'ipp/sctp'"), room.story)
            #expect(missing.status == 1, room.story)
            #expect(missing.errorText.hasPrefix("/run/missing: "), room.story)
        }
    }

    @Test("a link to /dev/null masks what a package ships")
    func masked() throws {
        try Room.run { room in
            room.ship("cups", "ipp\n")
            room.ship("spamd", "783/tcp\n")
            room.link("/etc/portreserve/cups", to: "/dev/null")

            let daemon = try room.startDaemon("-f")

            #expect(heldEndpoints(among: 600...800) == ["783/tcp"], room.story)
            #expect(daemon.diagnostics.isEmpty, room.story)
        }
    }

    @Test("a link to a file is read as the file")
    func linked() throws {
        try Room.run { room in
            room.write("/run/elsewhere", "ipp/tcp\n")
            room.link("/etc/portreserve/cups", to: "/run/elsewhere")

            _ = try room.startDaemon("-f")

            #expect(heldEndpoints(among: 600...800) == ["631/tcp"], room.story)
        }
    }
}
