/// What is no configuration file, or none of a sane size, and a services database that is not there:
/// said by name, while everything else is held and memory stays bounded.

import Glibc
import Testing

@Suite("odd files")
struct OddFilesTests {
    /// What stands under the name `odd`, and what must be said of it; nil: nothing.
    struct Odd: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let said: String?
        var setting = Setting()
        let make: @Sendable (Room, String) -> Void

        init(
            _ claim: String, said: String?, with setting: Setting = Setting(),
            make: @escaping @Sendable (Room, String) -> Void
        ) {
            (testDescription, self.said, self.setting, self.make) = (claim, said, setting, make)
        }
    }

    static let odd: [Odd] = [
        Odd("a directory is left out", said: nil) { $0.makeDirectory($1) },
        Odd("a FIFO is said, and nobody waits for a writer", said: "ignoring") { $0.makeFIFO($1) },
        Odd("a socket is said", said: "ignoring") { _, path in makeSocket(path) },
        Odd("a device is said", said: "ignoring") { room, path in
            room.link(path, to: "/dev/zero")
        },
        Odd("a link to nowhere is said", said: "ignoring") { $0.link($1, to: "/run/nowhere") },
        Odd("a link to itself is said", said: "symbolic links") { $0.link($1, to: $1) },
        Odd("a link to a directory is left out", said: nil) { $0.link($1, to: "/run") },
        Odd("an unreadable file is said", said: "Permission denied", with: .obeyingModes) {
            $0.write($1, bytes: Array("4001/tcp\n".utf8), mode: 0)
        },
        Odd("a sparse file of 1 GB is said", said: "ignoring") { $0.writeHoles($1, size: 1 << 30) },
        Odd("a file of 300,000 bytes in one line is said", said: ":1:1: ") {
            $0.write($1, String(repeating: "4", count: 300_000))
        },
        Odd("a file just over the bound is said", said: "ignoring") {
            $0.write($1, String(repeating: "# comment\n", count: 1 << 17))
        },
    ]

    @Test("the rest is held", arguments: odd)
    func rest(odd: Odd) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            odd.make(room, "/etc/portreserve/odd")

            let daemon = try room.startDaemon("-f", with: odd.setting)

            let held = heldEndpoints(among: [630, 631, 632, 4000, 4001, 4444])
            #expect(held == ["631/tcp", "631/udp"], room.story)
            let told = daemon.diagnostics
            #expect(told.count == (odd.said == nil ? 0 : 1), room.story)
            #expect(told.allSatisfy { $0.hasPrefix("/etc/portreserve/odd:") }, room.story)
            #expect(told.allSatisfy { $0.contains(odd.said ?? "") }, room.story)
            #expect(room.peakKB(of: daemon.innerPid) < 16_384, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("of 100,000 files what fits is held, the bound is said, and memory stays small")
    func many() throws {
        try Room.run { room in
            for number in 0..<100_000 { room.configure("svc\(number)", "ipp\n") }

            let daemon = try room.startDaemon("-f")

            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(daemon.diagnostics.count == 1, room.story)
            #expect(daemon.diagnostics.first?.contains("16384") ?? false, room.story)
            #expect(room.peakKB(of: daemon.innerPid) < 16_384, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("as many files as may be, each with a port of its own, are all held")
    func manyPorts() throws {
        try Room.run { room in
            for number in 0..<1000 { room.configure("svc\(number)", "\(20_000 + number)/udp\n") }

            let daemon = try room.startDaemon("-f")

            #expect(daemon.ready == "portreserve: holding 1000 ports of 1000 services", room.story)
            let held = heldEndpoints(among: 19_990...21_010)
            #expect(held == Set((20_000..<21_000).map { "\($0)/udp" }), room.story)
        }
    }
}

/// The services database, wrong in each way; /etc/portreserve asks for one name and one number.
@Suite("an odd services database")
struct OddServicesTests {
    @Test("without one, names are said and numbers are held")
    func missing() throws {
        try Room.run { room in
            room.remove("/etc/services")

            let daemon = try start(room)

            #expect(heldEndpoints(among: [631, 4001]) == ["4001/tcp"], room.story)
            #expect(daemon.diagnostics.contains { $0.contains("/cups:1:1: 'ipp'") }, room.story)
            #expect(
                daemon.diagnostics.contains {
                    $0.hasPrefix("/etc/services: ") && $0.contains("No such file or directory")
                }, room.story)
        }
    }

    @Test("where no name is asked for, nobody misses one")
    func unneeded() throws {
        try Room.run { room in
            room.remove("/etc/services")
            room.configure("spamd", "783\n")

            let daemon = try room.startDaemon("-f")

            #expect(daemon.diagnostics.isEmpty, room.story)
            #expect(isHeld("783/tcp") && isHeld("783/udp"), room.story)
        }
    }

    @Test("one of 1 GB is said, not read", arguments: [1 << 30, 5 << 20])
    func huge(size: Int) throws {
        try Room.run { room in
            if size > 1 << 24 {
                room.writeHoles("/etc/services", size: size)
            } else {
                let line = "name 4002/tcp\n"
                room.write("/etc/services", String(repeating: line, count: size / line.utf8.count))
            }

            let daemon = try start(room)

            #expect(heldEndpoints(among: [631, 4001, 4002]) == ["4001/tcp"], room.story)
            #expect(daemon.diagnostics.contains { $0.hasPrefix("/etc/services: ") }, room.story)
            #expect(daemon.diagnostics.count == 2, room.story)
            #expect(room.peakKB(of: daemon.innerPid) < 16_384, room.story)
        }
    }

    @Test("of a malformed one the right lines count, and the wrong ones are said")
    func malformed() throws {
        try Room.run { room in
            room.write(
                "/etc/services",
                "ipp\nipp 631\nipp x/tcp\nipp 70000/tcp\nipp 631/tcp alias # 632/tcp\n\u{1}\u{ff}\n"
            )

            let daemon = try start(room)

            #expect(heldEndpoints(among: [631, 632, 4001]) == ["631/tcp", "4001/tcp"], room.story)
            let places = daemon.diagnostics.map { $0.prefix { $0 != " " } }
            let expected = [1, 2, 3, 4, 6].map { "/etc/services:\($0):1:" }
            #expect(places.map(String.init) == expected, room.story)
        }
    }

    @Test("one that is a FIFO, or a link to nowhere, stops nobody", arguments: [true, false])
    func special(isFIFO: Bool) throws {
        try Room.run { room in
            room.remove("/etc/services")
            if isFIFO {
                room.makeFIFO("/etc/services")
            } else {
                room.link("/etc/services", to: "/run/nowhere")
            }

            let daemon = try start(room)

            #expect(heldEndpoints(among: [631, 4001]) == ["4001/tcp"], room.story)
            #expect(daemon.diagnostics.contains { $0.hasPrefix("/etc/services: ") }, room.story)
        }
    }

    private func start(_ room: Room) throws -> Daemon {
        room.configure("cups", "ipp\n4001/tcp\n")
        return try room.startDaemon("-f")
    }
}

private func makeSocket(_ path: String) {
    do throws(Errno) {
        _ = try OldDaemon(at: path, staying: true)
    } catch {
        Issue.record("the rig: \(path): \(error)")
    }
}
