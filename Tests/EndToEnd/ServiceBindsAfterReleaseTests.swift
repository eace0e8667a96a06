/// What a service can do once its ports are released: all that it could without us.

import Glibc
import Testing

/// How a service binds: by which sockets, with or without SO_REUSEADDR.
struct ServiceBind: Sendable, CustomTestStringConvertible {
    let sockets: [(address: String, v6only: Bool)]
    let reuseAddress: Bool
    let isUDP: Bool

    var testDescription: String {
        let places = sockets.map { $0.address == "::" && !$0.v6only ? "dual [::]" : $0.address }
        return "\(places.joined(separator: " and ")) \(isUDP ? "udp" : "tcp")"
            + (reuseAddress ? " SO_REUSEADDR" : "")
    }

    static let all: [ServiceBind] = [false, true].flatMap { isUDP in
        [false, true].flatMap { reuseAddress in
            ways.map { ServiceBind(sockets: $0, reuseAddress: reuseAddress, isUDP: isUDP) }
        }
    }

    private static let ways: [[(String, Bool)]] = [
        [("0.0.0.0", true)], [("::", true)], [("0.0.0.0", true), ("::", true)],
        [("::", true), ("0.0.0.0", true)], [("::", false)], [("127.0.0.1", true)], [("::1", true)],
        [("127.0.0.1", true), ("::1", true)],
    ]

    /// Binds, and for tcp listens; open as long as the answer is kept.
    func serve(_ port: UInt16) throws(Errno) -> [Bound] {
        var bound: [Bound] = []
        for socket in sockets {
            let endpoint = Endpoint(socket.address, port, udp: isUDP)
            let one = try bind(endpoint, v6only: socket.v6only, reuseAddress: reuseAddress)
            if !isUDP { try one.listen() }
            bound.append(one)
        }
        return bound
    }
}

@Test("after its release a service binds as if we had never been", arguments: ServiceBind.all)
func serviceBindsAfterRelease(_ way: ServiceBind) throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        room.configure("imap", "993/tcp\n")
        let daemon = try room.startDaemon("-d")
        let socketsBefore = room.socketCount(of: daemon)
        let tooEarly = Result { try way.serve(631) }

        try room.run("portrelease", "cups")

        #expect(daemon.program.waitForError { $0 == "Released service cups" } != nil, room.story)
        let served = try way.serve(631)
        #expect(served.count == way.sockets.count)
        #expect(throws: Errno.addressInUse, "the test proves nothing") { try tooEarly.get() }
        // The connection that asked for the release may outlive its asker for a moment.
        let areClosed = Deadline.generous.poll {
            room.socketCount(of: daemon) == socketsBefore - 2
        }
        #expect(areClosed, "both holds are closed, and nothing else")
        #expect(isHeld("993/tcp"), room.story)
        #expect(try daemon.stop() == 0, room.story)
    }
}

@Test(
    "the last release ends the daemon, which leaves no file, lock or process",
    arguments: [[], ["-f"]])
func nothingLingers(_ options: [String]) throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let filesBefore = room.names(in: "/run")
        let daemon = try room.start(["portreserve"] + options)
        #expect(daemon.waitForError(where: Daemon.isReady) != nil, room.story)

        try room.run("portrelease", "cups")

        #expect(try daemon.wait() == 0, room.story)
        #expect(Deadline.generous.poll { room.processes.isEmpty }, "\(room.processes)\(room.story)")
        #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
        #expect(room.names(in: "/run").filter { $0 != "portreserve" } == filesBefore)
        #expect(room.names(in: "/run/portreserve").isEmpty)
    }
}

extension Room {
    fileprivate func socketCount(of daemon: Daemon) -> Int {
        let folder = "/proc/\(daemon.innerPid)/fd"
        return names(in: folder).count {
            target(of: "\(folder)/\($0)")?.hasPrefix("socket:") == true
        }
    }

    /// The commands that run here, but for process 1.
    fileprivate var processes: [String] {
        names(in: "/proc").filter { Int($0) ?? 1 > 1 }.compactMap { read("/proc/\($0)/comm") }
    }
}
