/// portrelease where the daemon is stopped, old, or breaks the connection.

import CRig
import Glibc
import Testing

@Suite("control: a daemon that does not answer")
struct ControlNoAnswerTests {
    @Test("a stopped one: status 1 within 12 s, and one line")
    func stopped() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            daemon.program.send(SIGSTOP)
            let began = ContinuousClock.now

            let asked = try room.run("portrelease", "cups")

            let waited = ContinuousClock.now - began
            #expect(asked.status == 1, room.story)
            #expect(waited > .seconds(9) && waited < .seconds(12), "\(waited)\(room.story)")
            #expect(
                asked.errorText
                    == "portrelease: 'cups': portreserve does not answer, not released\n",
                room.story)
            #expect(daemon.holdsAll, room.story)
            daemon.program.send(SIGCONT)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a stopped one whose queue is full: status 1 within 12 s")
    func fullQueue() throws {
        try Room.run { room in
            room.write("/proc/sys/net/core/somaxconn", "2")
            let daemon = try room.startServing()
            daemon.program.send(SIGSTOP)
            let crowd = try room.startPython(fillingQueue)
            #expect(crowd.waitForError { $0 == "full" } != nil, room.story)
            let began = ContinuousClock.now

            let asked = try room.run("portrelease", "cups")

            let waited = ContinuousClock.now - began
            #expect(asked.status == 1, room.story)
            #expect(waited > .seconds(9) && waited < .seconds(12), "\(waited)\(room.story)")
            #expect(daemon.holdsAll, room.story)
            daemon.program.send(SIGCONT)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "one that has the datagram socket alone is sent the name: 0",
        arguments: [false, true])
    func onlyDatagrams(hasDeadControl: Bool) throws {
        try Room.run { room in
            let old = try OldDaemon()
            if hasDeadControl { try room.runPython(deadSocket) }

            let asked = try room.run("portrelease", "-v", "cups")

            #expect(asked.status == 0, room.story)
            #expect(asked.errorText == "portrelease: 'cups': release sent\n", room.story)
            #expect(old.receive() == "cups", room.story)
            #expect(room.exists(controlSocket) == hasDeadControl)
        }
    }

    struct Break: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// How often the connection breaks, and after how many bytes of the answer.
        let times: Int
        let after: Int
        let status: Int32
        let said: String
    }

    static let breaks = [
        Break(
            testDescription: "a connection that breaks once is asked again", times: 1, after: 0,
            status: 0, said: "2 ports released"),
        Break(
            testDescription: "in the middle of the answer too", times: 1, after: 9, status: 0,
            said: "2 ports released"),
        Break(
            testDescription: "again and again", times: 3, after: 0, status: 0,
            said: "2 ports released"),
    ]

    @Test("a connection that breaks", arguments: breaks)
    func broken(_ one: Break) throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn, ["\(one.times)", "\(one.after)"])
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "-v", "cups")

            #expect(asked.status == one.status, room.story)
            #expect(asked.errorText == "portrelease: 'cups': \(one.said)\n", room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }

    @Test("one that talks nonsense is no answer, and one that has gone is nobody")
    func nonsense() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn, ["1000", "-1"])
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "cups")

            #expect(asked.status == 1 && asked.errorLines.count == 1, room.story)
            daemon.send(SIGKILL)
            try daemon.wait()
            let gone = try room.run("portrelease", "cups")
            #expect(gone.status == 0 && gone.errors.isEmpty, room.story)
        }
    }
}

/// As many as may wait, and one more.
private let fillingQueue = """
    crowd = [Varlink() for _ in range(3)]
    print("full", file=sys.stderr)
    signal.pause()
    """

/// A control socket that nobody listens on any more.
private let deadSocket = """
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    """

/// Breaks the first connections, then answers one; each must bring the same call.
private let standIn = """
    times, after = int(sys.argv[1]), int(sys.argv[2])
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    print("ready", file=sys.stderr)
    answer = b'{"parameters":{"released":2,"busy":0}}\\0'
    for turn in range(times + 1):
        client = it.accept()[0]
        call = b""
        while not call.endswith(b"\\0"): call += client.recv(4096)
        same("call", json.loads(call[:-1]),
             {"method": OURS + "Release", "parameters": {"service": "cups"}})
        if turn >= times: client.sendall(answer)
        elif after < 0: client.sendall(b"nonsense\\0")
        elif after > 0: client.sendall(answer[:after])
        client.close()
    """
