/// portrelease has one deadline for all that it does, and another way where one is closed to it.

import Glibc
import Testing

@Suite("portrelease: one deadline, and two ways")
struct PortreleaseDeadlineTests {
    static let steps = [
        Script("accepted late, never answered", crowd + "later(6); accept(4); signal.pause()"),
        Script("answered bit by bit", trickle),
        Script("broken late, then never answered", "accept(1, 6); accept(1); signal.pause()"),
        Script("closed again and again", "ready()\nwhile True: it.accept()[0].close()"),
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

    @Test("a connection that is closed at once is made anew after a pause, until it is answered")
    func pause() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn + closedThrice)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "-v", "cups")

            #expect(asked.status == 0, room.story)
            #expect(asked.errorText == "portrelease: 'cups': 2 ports released\n", room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }

    @Test("who may not release, and is not let in, gets 0 and a line for each name")
    func crowdedOut() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let crowd = try room.startPython(strangers)
            #expect(crowd.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "cups", "imap", with: .nobody)

            #expect(asked.status == 0, room.story)
            #expect(
                asked.errorLines
                    == ["cups", "imap"].map { name in
                        "portrelease: '\(name)': portreserve has closed the connection, "
                            + "not released; only root may"
                    }, room.story)
            let root = try room.run("portrelease", "cups")
            #expect(root.status == 0 && isFree("631/tcp"), room.story)
            crowd.send(SIGTERM)
            #expect(try crowd.wait() == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("who may not release, and is let in the second time, is told so")
    func secondTime() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(standIn + closedOnce)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let asked = try room.run("portrelease", "cups", with: .nobody)

            #expect(asked.status == 0, room.story)
            #expect(asked.errorLines.count == 1, room.story)
            #expect(asked.errorText.contains("only root may release it"), room.story)
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

private let closedThrice = """
    ready()
    moments = []
    for _ in range(3):
        client = it.accept()[0]
        moments.append(time.monotonic())
        client.close()
    accept(1)
    moments.append(time.monotonic())
    # It ends then: who has not asked yet would meet a closed connection once more.
    kept[0].recv(4096)
    kept[0].sendall(b'{"parameters":{"released":2,"busy":0}}\\0')
    for one, next_ in zip(moments, moments[1:]):
        holds(f"a pause of {next_ - one} s", 0.2 < next_ - one < 5)
    """

private let closedOnce = """
    os.chmod(CONTROL, 0o666)
    ready()
    it.accept()[0].close()
    accept(1)
    kept[0].recv(4096)
    refusal = {"error": OURS + "NotYours", "parameters": {"service": "cups"}}
    kept[0].sendall(json.dumps(refusal).encode() + b"\\0")
    """

/// Three users with as many connections as each may have: together all that users have.
private let strangers = """
    children = []
    for uid in [65531, 65532, 65533]:
        reader, said = os.pipe()
        child = os.fork()
        if child == 0:
            become(uid)
            kept = [Varlink() for _ in range(16)]
            for it in kept: it.call(SERVICE + "GetInfo")
            os.write(said, b"x")
            signal.pause()
        os.read(reader, 1)
        children.append(child)
    def end(*_):
        for child in children: os.kill(child, signal.SIGTERM)
        os._exit(0)
    signal.signal(signal.SIGTERM, end)
    print("ready", file=sys.stderr, flush=True)
    while True: signal.pause()
    """

/// A control socket that its owner alone may use.
private let closedSocket = """
    DATAGRAMS = "/run/portreserve/socket"
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    os.chmod(CONTROL, 0o600)
    """
