/// Crowds at the control socket: one uid's flood, clients that never read; root works meanwhile.

import Glibc
import Testing

@Suite("control: a crowd")
struct ControlFloodTests {
    @Test("half-open connections of one user and connect loops of another leave root its room")
    func flood() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let before = room.descriptors(of: daemon.innerPid).count
            let holders = try room.startPython(holding, with: .nobody)
            #expect(holders.waitForError { $0 == "ready" } != nil, room.story)
            let loops = try (0..<3).map { _ in try room.startPython(looping) }
            for loop in loops { #expect(loop.waitForError { $0 == "ready" } != nil, room.story) }

            let root = try room.runPython(working)

            #expect(root.status == 0, room.story)
            let third = try room.runPython(
                "same('another user', len(Varlink().all('List')), 4)",
                with: Setting(wrapper: ["setpriv", "--reuid=65532", "--clear-groups"]))
            #expect(third.status == 0, room.story)
            for loop in loops { loop.send(SIGTERM) }
            for loop in loops { #expect(try loop.wait() == 0, room.story) }
            holders.send(SIGTERM)
            #expect(try holders.wait() == 0, room.story)
            #expect(daemon.settles(at: before), room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("users together leave root its room, and root's 65th connection waits for one to end")
    func full() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let before = room.descriptors(of: daemon.innerPid).count

            let client = try room.runPython(filling)

            #expect(client.status == 0, room.story)
            #expect(daemon.settles(at: before), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("who asks for ten thousand entries and never reads costs little and stops nobody")
    func neverReads() throws {
        try Room.run { room in
            let lines = (10_000..<20_000).map { "\($0)/tcp\($0 % 2 == 0 ? " permanent" : "")\n" }
            room.configure("many", lines.joined())
            let daemon = try room.startDaemon("-f", "--stay")
            let before = room.descriptors(of: daemon.innerPid).count
            let memory = room.status("VmRSS", of: daemon.innerPid)

            let client = try room.runPython(notReading)

            let grown = room.peakKB(of: daemon.innerPid) - memory
            #expect(client.status == 0, room.story)
            #expect(grown < 16_384, "\(grown) kB more\(room.story)")
            #expect(daemon.settles(at: before), room.story)
            #expect(isHeld("10000/tcp") && isHeld("19999/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a reload in the middle of a list begins it anew, or ends it with its service")
    func reloadMeanwhile() throws {
        try Room.run { room in
            let lines = (10_000..<14_000).map { "\($0)/tcp\n" }
            room.configure("many", lines.joined())
            room.configure("cups", "631/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(reloading)

            #expect(client.status == 0, room.story)
            #expect(isFree("10000/tcp") && isHeld("631/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// 64 connections with half a message each; whatever is closed comes again, a little later.
private let holding = """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    import select
    half = [Varlink() for _ in range(64)]
    for it in half:
        try: it.socket.sendall(b'{"method":')
        except (BrokenPipeError, ConnectionResetError): pass
    print("ready", file=sys.stderr)
    while True:
        gone = select.select([it.socket for it in half], [], [], 0.1)[0]
        for it in half:
            if it.socket in gone: it.__init__()
        time.sleep(0.01)
    """

/// Connects without pause; the program begins as root, so that it can read its script.
private let looping = """
    become(65533)
    is_over = []
    signal.signal(signal.SIGTERM, lambda *_: is_over.append(True))
    turns = 0
    while not is_over:
        it = Varlink()
        turns += 1
        if turns == 100: print("ready", file=sys.stderr, flush=True)
        if turns % 2: it.socket.close()
    holds("turns", turns > 100)
    """

private let working = """
    slowest = 0
    for turn in range(50):
        began = time.monotonic()
        it = Varlink()
        same("release", it.call("Release", {"service": "cups"}),
             {"parameters": {"released": 2, "busy": 0}})
        holds("free", may_bind(631))
        same("hold", it.call("Hold", {"service": "cups"}), {"parameters": {"held": 2, "busy": 0}})
        slowest = max(slowest, time.monotonic() - began)
    print(f"slowest {slowest}")
    """

/// Four users with 20 connections each have 16 each, 48 in all; root the rest of 64, then all.
private let filling = """
    def opened(count):
        kept = [Varlink() for _ in range(count)]
        lives = []
        for it in kept:
            try: lives += [it] if "parameters" in it.call(SERVICE + "GetInfo") else []
            except (EOFError, BrokenPipeError, ConnectionResetError): pass
        return lives
    pipes = []
    for uid in [65531, 65532, 65533, 65534]:
        (reader, said), (waits, go) = os.pipe(), os.pipe()
        if os.fork() == 0:
            os.close(go)
            become(uid)
            lives = opened(20)
            os.write(said, bytes([len(lives)]))
            os.read(waits, 1)
            os._exit(0)
        os.close(waits)
        pipes.append((ord(os.read(reader, 1)), go))
    same("users", [count for count, _ in pipes], [16, 16, 16, 0])
    roots = opened(16)
    same("root", len(roots), 16)
    def late():
        it = Varlink()
        it.send(SERVICE + "GetInfo")
        # The others' answers come from turns in which the daemon could have taken this one in.
        for other in roots: other.call(SERVICE + "GetInfo")
        it.socket.setblocking(False)
        try: same("answered at once", it.socket.recv(1), b"")
        except BlockingIOError: pass
        it.socket.setblocking(True)
        return it
    waits = late()
    for _, go in pipes: os.close(go)
    for _ in pipes: os.wait()
    same("in time", "parameters" in waits.receive(), True)
    roots += [waits] + opened(47)
    same("root alone", len(roots), 64)
    waits = late()
    roots.pop().socket.close()
    same("in its place", "parameters" in waits.receive(), True)
    """

private let notReading = """
    deaf = []
    for uid in [65534, 65533, 65532, 0]:
        ours, theirs = socket.socketpair()
        if os.fork() == 0:
            if uid: become(uid)
            clients = [Varlink() for _ in range(12)]
            for it in clients:
                it.send("List", more=True)
                for _ in range(20): it.send("List", more=True)
            socket.send_fds(theirs, [b"x"], [it.socket.fileno() for it in clients])
            os._exit(0)
        deaf.append(socket.recv_fds(ours, 1, 12)[1])
        os.wait()
    root, slowest = Varlink(), 0
    for turn in range(100):
        began = time.monotonic()
        same("release", root.call("Release", {"service": "none"})["error"], OURS + "NoSuchService")
        same("info", Varlink().call(SERVICE + "GetInfo")["parameters"]["product"], "portreserve")
        slowest = max(slowest, time.monotonic() - began)
    holds(f"slowest {slowest}", slowest < 10)
    same("whole", len(root.all("List")), 10_000)
    late = Varlink.__new__(Varlink)
    late.socket, late.rest = socket.socket(fileno=deaf[0].pop()), b""
    replies = [late.receive()]
    while replies[-1].get("continues"): replies.append(late.receive())
    same("read late", [r["parameters"]["reservation"]["endpoint"]["port"] for r in replies],
         list(range(10_000, 20_000)))
    """

private let reloading = """
    one, all_, root = Varlink(), Varlink(), Varlink()
    one.send("List", {"service": "many"}, more=True)
    all_.send("List", more=True)
    # An answer says that the daemon has read what came before it.
    for it in [one, all_]: first = it.receive()
    root.call(SERVICE + "GetInfo")
    os.unlink("/etc/portreserve/many")
    same("reload", root.call("Reload"),
         {"parameters": {"added": 0, "removed": 4000, "kept": 1, "diagnostics": []}})
    def rest(it):
        replies = [it.receive()]
        while replies[-1].get("continues"): replies.append(it.receive())
        return replies
    ended = rest(one)
    holds(f"ends {len(ended)}", len(ended) < 4000 and ended[-1] == {})
    anew = rest(all_)
    # It says so by a reply that tells of nothing, and more follow.
    sign = max(i for i, reply in enumerate(anew) if not reply.get("parameters"))
    same("anew", states(anew[sign + 1:]), ["cups 631 held"])
    same("goes on", one.call(SERVICE + "GetInfo")["parameters"]["version"], "1.0.0")
    """
