/// Thieves of libraries: each is born to ask for one port first, which it gets unless it is held.

import Testing

/// A thief, the port it comes for, and where it goes when that one is refused.
struct Raid: Sendable, CustomTestStringConvertible {
    let how: String
    let port: UInt16
    let isUDP: Bool
    let next: UInt16

    var endpoint: Endpoint { Endpoint("0.0.0.0", port, udp: isUDP) }
    var testDescription: String { "\(how) \(port)/\(isUDP ? "udp" : "tcp")" }

    /// bindresvport walks up from 600 to 1023 and begins again; rresvport walks down, tcp only.
    static let all: [Raid] =
        ["glibc", "tirpc4", "tirpc6"].flatMap { how in
            [(600, 601), (631, 632), (749, 750), (993, 994), (1023, 600)].flatMap { port, next in
                [false, true].map { Raid(how: how, port: port, isUDP: $0, next: next) }
            }
        }
        + [(600, 599), (631, 630), (1023, 1022)].map { port, next in
            Raid(how: "rresvport", port: port, isUDP: false, next: next)
        }
}

@Test("no thief gets a held port, each goes on to the next", arguments: Raid.all)
func noThiefGetsAHeldPort(_ raid: Raid) throws {
    try Room.run { room in
        room.configure("victim", "\(raid.port)\n")
        let free = try room.steal(raid.how, raid.endpoint)
        let daemon = try room.startDaemon("-f")

        let held = try room.steal(raid.how, raid.endpoint)

        #expect(held == .port(raid.next), room.story)
        #expect(try daemon.stop() == 0, room.story)
        let freeAgain = try room.steal(raid.how, raid.endpoint)
        #expect(
            [free, freeAgain] == [.port(raid.port), .port(raid.port)], "the test proves nothing")
    }
}

@Test(
    "no automatic port is a held one",
    arguments: [
        ("connect", false), ("connect6", false), ("bind0", false), ("bind06", false),
        ("connect", true), ("connect6", true), ("bind0", true), ("bind06", true),
        ("sendto", true), ("sendto6", true),
    ])
func noAutomaticPortIsAHeldOne(_ how: String, isUDP: Bool) throws {
    try Room.run { room in
        let only: UInt16 = 45001
        let endpoint = Endpoint("0.0.0.0", only, udp: isUDP)
        room.setAutomaticPorts(only...only)
        room.configure("victim", "\(only)\n")
        let free = try room.steal(how, endpoint)
        let daemon = try room.startDaemon("-f")

        let held = try room.steal(how, endpoint)

        #expect(reasons.contains(held), "\(held)\(room.story)")
        #expect(try daemon.stop() == 0, room.story)
        let freeAgain = try room.steal(how, endpoint)
        #expect([free, freeAgain] == [.port(only), .port(only)], "the test proves nothing")
    }
}

/// connect() of tcp, connect() and sendto() of udp, bind(0).
private let reasons: [Loot] = [
    .none("Cannot assign requested address"), .none("Resource temporarily unavailable"),
    .none("Address already in use"),
]
