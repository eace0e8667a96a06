/// The daemon's life, from its start to its end: what it makes and takes away, whom it stops, and
/// what it leaves alone.

import Glibc
import Testing

@Suite("the life of the daemon")
struct LifeTests {
    @Test("it exits with 0 after the last release, and says so")
    func allReleased() throws {
        try Room.run { room in
            room.configure("a", "4001\n")
            room.configure("b", "4002/tcp\n")
            let daemon = try room.startDaemon("-d")
            #expect(daemon.hears("Reserved 4001/udp for a"), room.story)
            #expect(daemon.ready == "portreserve: holding 3 ports of 2 services", room.story)

            try room.run("portrelease", "b")
            #expect(daemon.hears("Released service b"), room.story)
            #expect(isHeld("4001/tcp") && isHeld("4001/udp") && isFree("4002/tcp"), room.story)
            try room.run("portrelease", "a")

            #expect(try daemon.program.wait() == 0, room.story)
            #expect(daemon.program.errorLines.last == "All reservations taken.", room.story)
            #expect(isFree("4001/tcp") && isFree("4001/udp"), room.story)
            #expect(leftovers(in: room) == [], room.story)
        }
    }

    @Test("with --stay it stays after the last release")
    func stays() throws {
        try Room.run { room in
            room.configure("a", "4001/tcp\n")
            let daemon = try room.startDaemon("-d", "--stay")

            try room.run("portrelease", "a")
            #expect(daemon.hears("Released service a"), room.story)

            #expect(
                throws: Trouble.self, room.story,
                performing: { try daemon.program.wait(Deadline(after: .milliseconds(100))) })
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("with nothing to hold it stays until it is asked to go", arguments: ["-f", "-d"])
    func nothing(option: String) throws {
        try Room.run { room in
            let daemon = try room.startDaemon(option)

            #expect(daemon.ready == "portreserve: nothing is reserved", room.story)
            try room.run("portrelease", "*", "cups")
            #expect(room.exists(datagramSocket), room.story)
            #expect(daemon.program.status == nil, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "a signal to end frees all and takes away what was made",
        arguments: [SIGTERM, SIGINT, SIGQUIT], [["-f"], []])
    func signals(signal: Int32, options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon(options)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)

            #expect(try daemon.stop(signal) == 0, room.story)

            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
            #expect(leftovers(in: room) == [], room.story)
        }
    }

    @Test(
        "a signal of no meaning to it changes nothing",
        arguments: [SIGPIPE, SIGCHLD, SIGUSR1, SIGHUP])
    func others(signal: Int32) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            let daemon = try room.startDaemon("-d")

            daemon.program.send(signal)
            try room.run("portrelease", "cups")

            #expect(try daemon.program.wait() == 0, room.story)
            #expect(daemon.program.errorLines.last == "All reservations taken.", room.story)
        }
    }

    @Test("what it makes has the names and modes that others know")
    func files() throws {
        try Room.run { room in
            let daemon = try room.startDaemon()

            let socket = try #require(room.status(of: datagramSocket), room.story)
            #expect(socket.st_mode == S_IFSOCK | 0o755 && socket.st_uid == 0, room.story)
            let folder = try #require(room.status(of: "/run/portreserve"), room.story)
            #expect(folder.st_mode == S_IFDIR | 0o755, room.story)
            let file = try #require(room.status(of: "/run/portreserve.pid"), room.story)
            #expect(file.st_mode == S_IFREG | 0o644, room.story)
            let control = try #require(room.status(of: "/run/portreserve/control"), room.story)
            #expect(control.st_mode == S_IFSOCK | 0o666 && control.st_uid == 0, room.story)
            let lock = try #require(room.status(of: "/run/portreserve/lock"), room.story)
            #expect(lock.st_mode == S_IFREG | 0o644, room.story)
            #expect(
                room.names(in: "/run/portreserve") == ["control", "lock", "socket"], room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a port that cannot be had is said with its reason, and the rest is held")
    func busy() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.configure("pg", "[::1]:5432/tcp\n127.0.0.1:5432/tcp\n")
            let thieves = [try bind("0.0.0.0:631/tcp"), try bind("[::1]:5432/tcp")]

            let daemon = try room.startDaemon("-f")

            let inUse = "bind: Address already in use, not reserved for"
            #expect(daemon.hears("631/tcp: \(inUse) 'cups'"), room.story)
            #expect(daemon.hears("[::1]:5432/tcp: \(inUse) 'pg'"), room.story)
            #expect(
                daemon.hears("portreserve: 2 of 4 ports are not reserved, see above"), room.story)
            #expect(daemon.ready == "portreserve: holding 2 ports of 2 services", room.story)
            #expect(isHeld("631/udp"), room.story)
            #expect(refusal("127.0.0.1:5432/tcp") == .addressInUse, room.story)
            withExtendedLifetime(thieves) {}
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("an endpoint that two files name is released by the first of them to ask")
    func shared() throws {
        try Room.run { room in
            room.configure("a", "4001/tcp\n4002/tcp\n")
            room.configure("b", "4001/tcp\n4003/tcp\n")
            let daemon = try room.startDaemon("-d")

            try room.run("portrelease", "b")
            #expect(daemon.hears("Released service b"), room.story)
            #expect(heldEndpoints(among: 4000...4004) == ["4002/tcp"], room.story)
            try room.run("portrelease", "a")

            #expect(try daemon.program.wait() == 0, room.story)
        }
    }

    @Test("/run/portreserve and the configuration may be missing", arguments: [[], ["-f"]])
    func missing(options: [String]) throws {
        try Room.run { room in
            room.removeDirectory("/etc/portreserve")
            room.removeDirectory("/usr/lib/portreserve")

            let daemon = try room.startDaemon(options)

            #expect(daemon.ready == "portreserve: nothing is reserved", room.story)
            let told = daemon.diagnostics.contains { $0.hasPrefix("/etc/portreserve: ") }
            #expect(told, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("without root it says in one line what it cannot do", arguments: [[], ["-f"], ["-d"]])
    func notRoot(options: [String]) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")

            let daemon = try room.start(["portreserve"] + options, .nobody)

            #expect(try daemon.wait() == 1, room.story)
            #expect(daemon.output.isEmpty, room.story)
            #expect(
                daemon.errorText
                    == "portreserve: /run/portreserve: Permission denied, not started; "
                    + "start it as root\n", room.story)
        }
    }
}

/// What is left in /run, but for the folder.
func leftovers(in room: Room) -> [String] {
    room.names(in: "/run").filter { $0 != "portreserve" } + room.names(in: "/run/portreserve")
}
