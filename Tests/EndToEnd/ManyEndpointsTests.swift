/// The limit on open files: raised by the daemon itself, or said by name where it cannot be.

import Glibc
import Testing

/// `fileCount` services s000, s001, ...: a range of `portCount` ports each, by tcp and udp.
private struct Crowd: Sendable {
    let fileCount: Int
    let portCount: Int

    var endpointCount: Int { fileCount * portCount * 2 }
    var names: [String] { (0..<fileCount).map(name) }

    func name(_ index: Int) -> String {
        "s" + String(repeating: "0", count: 3 - "\(index)".count) + "\(index)"
    }

    func ports(_ index: Int) -> ClosedRange<UInt16> {
        let first = 10_000 + index * portCount
        return UInt16(first)...UInt16(first + portCount - 1)
    }

    func configure(_ room: Room) {
        for index in 0..<fileCount {
            let ports = ports(index)
            room.configure(name(index), "\(ports.lowerBound)-\(ports.upperBound)\n")
        }
    }

    /// How many of a service's endpoints cannot be bound.
    func refusedCount(_ index: Int) -> Int {
        ports(index).reduce(0) { count, port in
            count
                + [false, true].count { isUDP in
                    refusal(Endpoint("0.0.0.0", port, udp: isUDP), reuseAddress: true) != nil
                }
        }
    }
}

@Test("15,000 endpoints of 100 files are held under a soft limit of 256 open files")
func softLimitIsRaised() throws {
    try Room.run { room in
        let crowd = Crowd(fileCount: 100, portCount: 75)
        crowd.configure(room)

        let daemon = try room.startDaemon("-f", with: .openFiles(soft: 256, hard: 20_000))

        #expect(daemon.ready == "portreserve: holding 15000 ports of 100 services", room.story)
        #expect(daemon.program.errorLines == [daemon.ready], room.story)
        #expect((0..<100).allSatisfy { crowd.refusedCount($0) == 150 }, room.story)
        try room.run("portrelease", "s042")
        #expect(Deadline.generous.poll { crowd.refusedCount(42) == 0 }, room.story)
        #expect((0..<100).count { crowd.refusedCount($0) == 150 } == 99, room.story)
        try room.run("portrelease", "*")
        #expect(try daemon.program.wait() == 0, room.story)
    }
}

/// Containers and some virtual machines keep CAP_SYS_RESOURCE (24) from root.
private let rootMayRaise: Bool = {
    var bytes = [UInt8](repeating: 0, count: 4096)
    let fd = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    let count = unsafe read(fd, &bytes, bytes.count)
    close(fd)
    let lines = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: "\n")
    let word = lines.first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last
    return word.flatMap { UInt64($0, radix: 16) }.map { $0 >> 24 & 1 == 1 } ?? false
}()

@Test("root with CAP_SYS_RESOURCE holds more than the hard limit was", .enabled(if: rootMayRaise))
func hardLimitIsRaisedByRoot() throws {
    try Room.run { room in
        let crowd = Crowd(fileCount: 10, portCount: 75)
        crowd.configure(room)

        let daemon = try room.startDaemon("-f", with: .openFiles(soft: 256, hard: 512))

        #expect(daemon.ready == "portreserve: holding 1500 ports of 10 services", room.story)
        #expect(daemon.program.errorLines == [daemon.ready], room.story)
    }
}

/// A limit that the daemon may not raise.
private let cappedAt20000 = Setting(wrapper: [
    "prlimit", "--nofile=256:20000", "setpriv", "--bounding-set=-sys_resource",
])

@Test("C21: what a limit on open files leaves out is said by name, whole services are held first")
func hardLimitIsSaid() throws {
    try Room.run { room in
        let crowd = Crowd(fileCount: 100, portCount: 150)
        crowd.configure(room)

        let daemon = try room.startDaemon("-f", with: cappedAt20000)

        let held = (0..<100).map(crowd.refusedCount)
        let whole = (0..<100).filter { held[$0] == 300 }
        let total = held.reduce(0, +)
        #expect((64...66).contains(whole.count), "66 times 300 fit below 20,000\(room.story)")
        #expect(held.count { $0 > 0 } - whole.count <= 1, "one service at most is held in part")
        let lines = daemon.program.errorLines
        for index in 0..<100 {
            let isNamed = lines.contains { $0.contains(crowd.name(index)) }
            #expect(isNamed == (held[index] < 300), "\(crowd.name(index)): \(held[index]) held")
        }
        let left = crowd.endpointCount - total
        #expect(daemon.ready.hasPrefix("portreserve: holding \(total) ports of "), room.story)
        #expect(lines.contains { $0.hasPrefix("portreserve: \(left) of 30000 ports ") }, room.story)
        #expect(lines.count <= 110, "a line a service, not a line a port: \(lines.count)")
    }
}

@Test("a limit on open files too low for any hold is said, and the daemon goes on")
func tinyLimitIsSaid() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let tiny = Setting(wrapper: [
            "prlimit", "--nofile=16:16", "setpriv", "--bounding-set=-sys_resource",
        ])

        let daemon = try room.startDaemon("-f", with: tiny)

        #expect(daemon.program.errorLines.contains { $0.contains("'cups'") }, room.story)
        #expect(try room.run("portrelease", "cups").status == 0, room.story)
        #expect(try daemon.stop() == 0, room.story)
    }
}

@Test("a daemon at its limit on open files still releases, and ends when all is released")
func atTheLimitItReleases() throws {
    try Room.run { room in
        let crowd = Crowd(fileCount: 100, portCount: 150)
        crowd.configure(room)
        let daemon = try room.startDaemon("-f", with: cappedAt20000)
        let held = (0..<100).filter { crowd.refusedCount($0) == 300 }
        let first = try #require(held.first, room.story)

        try room.run("portrelease", crowd.name(first))

        #expect(Deadline.generous.poll { crowd.refusedCount(first) == 0 }, room.story)
        #expect(held.count { crowd.refusedCount($0) == 300 } == held.count - 1, room.story)
        try room.run("portrelease", "*")
        #expect(try daemon.program.wait() == 0, room.story)
        #expect((0..<100).allSatisfy { crowd.refusedCount($0) == 0 })
    }
}
