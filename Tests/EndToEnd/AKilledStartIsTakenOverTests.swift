/// kill -9 at every system call from the daemon's first to its last, then a new daemon.
/// Debian package: strace.

import Glibc
import Testing

private let configuration = ["cups": "ipp\n", "imap": "993/tcp\n127.0.0.1:5432/tcp\n"]
private let ready = "portreserve: holding 4 ports of 2 services"
private let held: [Endpoint] = ["631/tcp", "631/udp", "993/tcp"]

@Test(
    "after kill -9 at any system call the next start holds all and finds nothing wrong",
    arguments: [[], ["-f"]])
func killedStartIsTakenOver(_ options: [String]) throws {
    try Room.run { room in
        for (service, text) in configuration { room.configure(service, text) }
        let unharmed = try room.runTraced(options).calls
        var killedCount = 0

        // strace counts each kind of call apart, and in each process.
        for name in Set(unharmed.map(\.name)).subtracting([""]).sorted() {
            var count = 1
            while try room.isKilled(
                at: Fault(call: "\(name)", effect: "signal=SIGKILL", at: count), options)
            {
                try room.expectWholeStart(options, after: "\(name) \(count)")
                count += 1
                killedCount += 1
            }
        }

        // Of two processes, one at a time is killed where both make the same call.
        let callCount = unharmed.count { !$0.name.isEmpty }
        #expect(killedCount >= callCount / 2 && killedCount > 50, "\(killedCount) of \(callCount)")
    }
}

extension Room {
    /// Starts, and ends, a daemon that is killed at one system call; false when it never made it.
    fileprivate func isKilled(at fault: Fault, _ options: [String]) throws -> Bool {
        let traced = try startTraced(fault, options)
        try traced.waitUntilUp()
        try traced.end()
        try killDaemons()
        return traced.wasKilled
    }

    fileprivate func expectWholeStart(_ options: [String], after call: String) throws {
        let place: Comment = "killed at \(call)\(lastStory)"
        let program = try start(["portreserve"] + options)
        // Stops at the first that fails: hundreds would follow.
        try #require(program.waitForError(where: Daemon.isReady) == ready, place)
        if options.isEmpty { #expect(try program.wait() == 0, place) }
        #expect(held.allSatisfy(isHeld) && refusal("127.0.0.1:5432/tcp") == .addressInUse, place)
        try #require(program.errorLines == [ready], "killed at \(call)\(lastStory)")
        for pid in daemonPids { try signal(pid, SIGTERM) }
        #expect(Deadline.generous.poll { daemonPids.isEmpty }, place)
        #expect(try program.wait() == 0, place)
        try #require(
            names(in: "/run/portreserve").isEmpty && !exists("/run/portreserve.pid"), place)
    }

    /// What the last two programs have said: hundreds ran before them.
    fileprivate var lastStory: String { programs.suffix(2).map(\.story).joined() }
}
