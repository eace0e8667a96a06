/// portrelease has one deadline for all that it does, and another way where one is closed to it.

import Glibc
import Testing

@Suite("portrelease: one deadline, and two ways")
struct PortreleaseDeadlineTests {
    static let steps = [
        Script("accepted late, never answered", crowd + "later(6); accept(4); signal.pause()"),
        Script("answered bit by bit", trickle),
        Script("broken late, then never answered", "accept(1, 6); accept(1); signal.pause()"),
        Script("broken late, then a datagram that nobody takes", lateDatagram),
    ]

    @Test("1 within 12 s, at whatever step the daemon stops", arguments: steps)
    func stopped(at step: Script) throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn + step.text)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)
            let began = ContinuousClock.now

            let asked = try room.run("portrelease", "cups")

            let waited = ContinuousClock.now - began
            #expect(asked.status == 1, room.story)
            #expect(waited > .seconds(9) && waited < .seconds(12), "\(waited)\(room.story)")
            #expect(asked.errorText.contains("does not answer, not released"), room.story)
        }
    }

    @Test("a connection that is closed at once is tried again after a pause")
    func pause() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn + closedTwice)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "cups")

            #expect(asked.status == 1, room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }

    @Test("who may not connect to the control socket sends a datagram")
    func closedControl() throws {
        try Room.run { room in
            let old = try OldDaemon()
            try room.runPython(closedSocket + "\nos.chmod(DATAGRAMS, 0o777)")

            let asked = try room.run("portrelease", "-v", "cups", with: .nobody)

            #expect(asked.status == 0, room.story)
            #expect(asked.errorText == "portrelease: 'cups': release sent\n", room.story)
            #expect(old.receive() == "cups", room.story)
        }
    }

    @Test("who may not do that either is told so in a line, and gets 0")
    func allClosed() throws {
        try Room.run { room in
            let old = try OldDaemon()
            try room.runPython(closedSocket + "\nos.chmod(DATAGRAMS, 0o600)")

            let asked = try room.run("portrelease", "cups", with: .nobody)

            #expect(asked.status == 0 && asked.errorLines.count == 1, room.story)
            #expect(asked.errorText.contains("Permission denied, not released"), room.story)
            withExtendedLifetime(old) {}
        }
    }
}

/// A daemon that accepts, closes after a time and forgets.
private let standIn = """
    DATAGRAMS = "/run/portreserve/socket"
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen(2)
    kept = []
    def ready(): print("ready", file=sys.stderr)
    # Not for luck: how late the daemon is is what is tried.
    def later(seconds): ready(); time.sleep(seconds)
    def accept(count, seconds=None):
        if seconds is not None: ready()
        for _ in range(count):
            client = it.accept()[0]
            if seconds is None: kept.append(client); continue
            client.recv(4096)
            time.sleep(seconds)
            client.close()

    """

/// As many as may wait, so that the next connect(2) waits too.
private let crowd = "crowd = [Varlink() for _ in range(3)]\n"

private let trickle = """
    ready()
    accept(1)
    for byte in b'{"parameters":{"released":2,"busy":0}}'[:8]:
        time.sleep(3)
        kept[0].sendall(bytes([byte]))
    signal.pause()
    """

private let lateDatagram = """
    queue = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    queue.bind(DATAGRAMS)
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sender.connect(DATAGRAMS)
    sender.setblocking(False)
    try:
        while True: sender.send(b"x")
    except BlockingIOError: pass
    ready()
    client = it.accept()[0]
    client.recv(4096)
    time.sleep(6)
    os.unlink(CONTROL)
    client.close()
    signal.pause()
    """

private let closedTwice = """
    ready()
    moments = []
    for _ in range(2):
        client = it.accept()[0]
        moments.append(time.monotonic())
        client.close()
    pause = moments[1] - moments[0]
    holds(f"a pause of {pause} s", 0.2 < pause < 5)
    """

/// A control socket that its owner alone may use.
private let closedSocket = """
    DATAGRAMS = "/run/portreserve/socket"
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    os.chmod(CONTROL, 0o600)
    """
