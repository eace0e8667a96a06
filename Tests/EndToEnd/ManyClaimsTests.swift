/// Every port again and again: refused by its bound before it costs time or memory.

import Glibc
import Testing

@Suite("every port, claimed a hundred times")
struct ManyClaimsTests {
    private static let bound = "more than 524288 ports in all files together, ignoring this line"
    /// All that it may allocate, in bytes: prlimit(1).
    private static let small = Setting(wrapper: ["prlimit", "--data=41943040:41943040"])

    @Test("is refused by its bound, quickly and in little memory", arguments: [true, false])
    func checked(isOneFile: Bool) throws {
        try Room.run { room in
            let texts =
                isOneFile
                ? [String(repeating: "1-65535\n", count: 100)]
                : Array(repeating: "1-65535\n", count: 100)
            for (number, text) in texts.enumerated() { room.configure("svc\(number)", text) }

            let program = try room.start(["portreserve", "-n"], Self.small)

            #expect(try program.wait(Deadline(after: .seconds(10))) == 1, room.story)
            let lines = program.errorLines
            #expect(lines.count == 96 && lines.allSatisfy { $0.hasSuffix(Self.bound) }, room.story)
        }
    }

    @Test("holds what fits, in little memory, and lets it go by name")
    func held() throws {
        try Room.run { room in
            room.configure("a", String(repeating: "20000-20999\n", count: 100))
            room.configure("b", String(repeating: "1-65535\n", count: 100))

            let daemon = try room.startDaemon(
                "-f",
                with: Setting(wrapper: [
                    "prlimit", "--nofile=2000:2000", "setpriv", "--bounding-set=-sys_resource",
                ]))

            #expect(room.peakKB(of: daemon.innerPid) < 40_960, room.story)
            #expect(isHeld("20000/tcp") && isHeld("20999/tcp"), room.story)
            #expect(daemon.program.errorLines.contains { $0.hasSuffix(Self.bound) }, room.story)
            try room.run("portrelease", "a")
            #expect(isFree("20000/tcp") && isFree("20999/tcp"), room.story)
        }
    }
}
