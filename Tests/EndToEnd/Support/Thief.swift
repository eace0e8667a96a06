/// Thieves: Tests/Thief takes a port by the route that a real program would take.
///
///     #expect(try room.steal("glibc", "631/udp") == .port(631), room.story)
///     let ypbind = try room.startBorn(for: 749, ["/usr/sbin/ypbind", "-n"])

import Glibc

/// What a thief brought home.
enum Loot: Equatable, CustomStringConvertible {
    case port(UInt16)
    /// Refused, with the errno's words.
    case none(String)

    var description: String {
        switch self {
        case .port(let port): "port \(port)"
        case .none(let reason): "none: \(reason)"
        }
    }
}

extension Room {
    /// Sends a thief for `endpoint` and waits for its end; it lets go of what it got.
    func steal(_ how: String, _ endpoint: Endpoint) throws -> Loot {
        let transport = endpoint.isUDP ? "udp" : "tcp"
        let thief = try run(Thief.path, how, "\(endpoint.port)", transport)
        let line = thief.outputText.split(separator: "\n").first ?? ""
        switch (thief.status, UInt16(line)) {
        case (0, let port?): return .port(port)
        case (1, nil) where line.hasPrefix("none: "): return .none(String(line.dropFirst(6)))
        case _: throw Trouble("the thief itself failed: \(thief.story)")
        }
    }

    /// Starts a program by a pid that makes bindresvport try `port` first.
    ///
    /// It must stay in the foreground: a fork of its own has another pid.
    func startBorn(for port: UInt16, _ words: [String]) throws -> Program {
        try start([Thief.path, "exec", "\(port)"] + words)
    }

    /// From here on the kernel gives automatic ports out of `ports` only.
    func setAutomaticPorts(_ ports: ClosedRange<UInt16>) {
        write(
            "/proc/sys/net/ipv4/ip_local_port_range",
            "\(ports.lowerBound) \(ports.upperBound)")
    }
}

enum Thief {
    /// SwiftPM puts executables beside the tests that depend on them.
    ///
    /// Not by /proc/self, which a room's thread does not have.
    static let path = "\(folder)/thief"
    static let folder: Substring = {
        let tests = CommandLine.arguments[0]
        return tests.lastIndex(of: "/").map { tests[..<$0] } ?? "."
    }()
}
