/// Our portrelease against an old daemon: a bare datagram socket.

import Glibc
import Testing

@Test("an old daemon gets one datagram a name: the bare bytes, without a NUL")
func oldDaemonGetsBareNames() throws {
    try Room.run { room in
        let old = try OldDaemon()

        let release = try room.run("portrelease", "cups", "a name", "*", "n\u{E4}me")

        #expect(release.status == 0, room.story)
        let names = (0..<4).map { _ in old.receive() }
        #expect(names == ["cups", "a name", "*", "n\u{E4}me"], room.story)
        #expect(old.receive(Deadline(after: .zero)) == nil, "one datagram more")
        #expect(release.output.isEmpty && release.errors.isEmpty, room.story)
    }
}

@Test("portrelease without a name sends nothing")
func noNameSendsNothing() throws {
    try Room.run { room in
        let old = try OldDaemon()

        #expect(try room.run("portrelease").status == 0, room.story)

        #expect(old.receive(Deadline(after: .zero)) == nil)
    }
}

@Test("a stopped daemon with a full queue: portrelease says 1 after ten seconds")
func fullQueueIsGivenUp() throws {
    try Room.run { room in
        let old = try room.startOldDaemon()
        try room.stopWithFullQueue(old)
        let start = ContinuousClock.now

        let release = try room.run("portrelease", "cups")

        let lasted = start.duration(to: .now)
        #expect(release.status == 1, room.story)
        #expect(lasted > .seconds(9) && lasted < .seconds(15), "\(lasted)")
    }
}

@Test("a queue that is full for a while only delays a release")
func fullQueueIsWaitedFor() throws {
    try Room.run { room in
        let old = try room.startOldDaemon()
        try room.stopWithFullQueue(old)

        let release = try room.start("portrelease", "cups")
        let isWaiting = Deadline.generous.poll {
            room.state(of: release) == "S"
        }
        old.send(SIGCONT)

        #expect(isWaiting, room.story)
        #expect(try release.wait() == 0, room.story)
        let hasCome = Deadline.generous.poll {
            old.drain()
            return old.outputText.split(separator: "\n").contains("cups")
        }
        #expect(hasCome, room.story)
    }
}

extension Room {
    /// Stops the old daemon, and sends until its queue takes no more: net.unix.max_dgram_qlen.
    fileprivate func stopWithFullQueue(_ old: Program) throws {
        old.send(SIGSTOP)
        guard Deadline.generous.poll(until: { state(of: old) == "T" }) else {
            throw Trouble("it does not stop: \(old.story)")
        }
        while (try? sendOldRelease("filler")) != nil {}
    }

    /// The letter by which /proc tells a process's state.
    fileprivate func state(of program: Program) -> Character? {
        let stat = read("/proc/\(program.innerPid)/stat") ?? ""
        return stat.lastIndex(of: ")").flatMap { stat[$0...].dropFirst(2).first }
    }
}
