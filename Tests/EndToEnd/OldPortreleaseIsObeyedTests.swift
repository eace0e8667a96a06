/// An old portrelease, as raw datagrams, against our daemon.

import CRig
import Glibc
import Testing

private let nobody: UInt32 = 65534

@Test("a release by root's datagram is obeyed, by an old portrelease too")
func rootIsObeyed() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        room.configure("imap", "993/tcp\n")
        let daemon = try room.startDaemon("-f")

        try sendOldRelease("cups")

        #expect(Deadline.generous.poll { isFree("631/tcp") && isFree("631/udp") }, room.story)
        #expect(isHeld("993/tcp"), room.story)
        #expect(try daemon.stop() == 0, room.story)
    }
}

@Test("a star releases every service, and the daemon goes")
func starReleasesAll() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        room.configure("imap", "993/tcp\n")
        let daemon = try room.startDaemon("-f")

        try sendOldRelease("*")

        #expect(try daemon.program.wait() == 0, room.story)
        #expect(isFree("631/tcp") && isFree("631/udp") && isFree("993/tcp"), room.story)
    }
}

@Test("what another uid sends over a socket that it was handed is dropped, and said once")
func nobodyIsDropped() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        room.configure("imap", "993/tcp\n")
        let daemon = try room.startDaemon("-f")

        try room.sendHanded(["cups", "*", "cups"], uid: nobody)
        try room.sendHanded(["cups", "imap"], uid: nobody)
        try room.sendHanded(["cups", "*"], uid: nobody - 1)

        try sendOldRelease("imap")  // Comes last in the queue.
        #expect(Deadline.generous.poll { isFree("993/tcp") }, room.story)
        #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
        #expect(try daemon.stop() == 0, room.story)
        let said = daemon.program.errorLines.filter { $0.contains("uid") }
        #expect(said.count == 1 && said[0].contains("uid \(nobody)"), room.story)
    }
}

@Test("root's own handed socket is obeyed, so it is the uid that counts")
func rootIsObeyedOverHandedSocket() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let daemon = try room.startDaemon("-f")

        try room.sendHanded(["cups"], uid: 0)

        #expect(try daemon.program.wait() == 0, room.story)
    }
}

private let longName = String(repeating: "n", count: 255)

/// What a datagram says; shown with its control characters escaped.
struct Words: Sendable, ExpressibleByStringLiteral, CustomTestStringConvertible {
    let text: String

    init(_ text: String) { self.text = text }
    init(stringLiteral text: String) { self.text = text }

    var testDescription: String { String(text.debugDescription.prefix(40)) }
}

@Test(
    "a datagram that is no service's name changes nothing",
    arguments: [
        "", "\0", "cups\0", "\0cups", "cups\0imap", "cups\n", " cups", "cups ", "CUPS", "cup",
        "cupsd",
        "**", "*\0", "* ", "../cups", "/etc/portreserve/cups", "cups,imap", "cups imap", ".", "..",
        "unknown", "\u{FFFD}", Words(longName + "n"), Words(longName + "\0"),
        Words(String(repeating: "x", count: 65536)),
        Words("cups" + String(repeating: "\0", count: 400)),
    ] as [Words])
func noNameChangesNothing(_ datagram: Words) throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        room.configure(longName, "749/tcp\n")
        room.configure("imap", "993/tcp\n")
        let daemon = try room.startDaemon("-f")

        try sendOldRelease(datagram.text)

        try sendOldRelease("imap")
        #expect(Deadline.generous.poll { isFree("993/tcp") }, room.story)
        #expect(isHeld("631/tcp") && isHeld("631/udp") && isHeld("749/tcp"), room.story)
        #expect(try daemon.stop() == 0, room.story)
    }
}

@Test("a datagram of bytes that are not UTF-8 releases the service of these bytes, and no other")
func bytesAreBytes() throws {
    try Room.run { room in
        room.configure("cups", "ipp\n")
        let daemon = try room.startDaemon("-f")
        let bytes: [UInt8] = [0xFF, 0xC0, 0x80, 0x63]

        let answer = unsafe rig_send(datagramSocket, bytes, bytes.count)

        #expect(answer == 0)
        try sendOldRelease("cups")
        #expect(try daemon.program.wait() == 0, room.story)
    }
}

@Test("a name of 255 bytes, the longest that a file can have, is released")
func longestNameIsReleased() throws {
    try Room.run { room in
        room.configure(longName, "749/tcp\n")
        let daemon = try room.startDaemon("-f")

        try sendOldRelease(longName)

        #expect(try daemon.program.wait() == 0, room.story)
        #expect(isFree("749/tcp"), room.story)
    }
}
