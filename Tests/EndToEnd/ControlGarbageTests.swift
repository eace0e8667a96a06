/// Garbage on the control socket: the daemon holds everything, answers root, and has as many
/// descriptors as before.

import Glibc
import Testing

@Suite("control: garbage")
struct ControlGarbageTests {
    static let garbage = [
        Script("every prefix of a session", prefixes),
        Script("messages that are none, and those at the bounds", brokenMessages),
        Script("descriptors that are sent along", descriptors),
        Script("clients that go at each step", closing),
    ]

    @Test("it harms nobody", arguments: garbage)
    func harmless(_ script: Script) throws {
        try Room.run { room in try room.throwAtDaemon(script.text) }
    }

    @Test("ten thousand mutations of a session harm nobody", arguments: [0, 65534])
    func mutations(uid: UInt32) throws {
        try Room.run { room in
            try room.throwAtDaemon(mutating, "\(uid)", "\(6000 + uid)")
        }
    }

    @Test("a message half sent is cut off after 10 s, a drop at a time too; who is idle is not")
    func halfSent() throws {
        try Room.run { room in
            let before = try room.throwAtDaemon(dripping)
            #expect(before > 0)
        }
    }
}

extension Room {
    /// Starts a daemon, runs the script, and sees that nothing has come of it.
    @discardableResult
    fileprivate func throwAtDaemon(_ script: String, _ words: String...) throws -> Int {
        let daemon = try startServing()
        let before = descriptors(of: daemon.innerPid).count
        let sockets = daemon.sockets

        let client = try startPython(validSession + script, words)

        #expect(try client.wait() == 0, story)
        #expect(daemon.settles(at: before), "\(descriptors(of: daemon.innerPid))\(story)")
        #expect(daemon.keeps(sockets), "the very same holds\(story)")
        #expect(daemon.holdsAll, story)
        #expect(try runPython(askAgain).status == 0, story)
        #expect(peakKB(of: daemon.innerPid) < 16_384, story)
        #expect(try daemon.stop() == 0, story)
        return before
    }
}

private let askAgain = """
    same("held", len([s for s in states(Varlink().all("List")) if s.endswith(" held")]), 4)
    """

/// A session that leaves all as it was, wherever it is cut.
private let validSession = """
    session = b"".join(json.dumps(call).encode() + b"\\0" for call in [
        {"method": SERVICE + "GetInfo"},
        {"method": SERVICE + "GetInterfaceDescription", "parameters": {"interface": OURS[:-1]}},
        {"method": OURS + "List", "parameters": {"service": "cups"}, "more": True},
        {"method": OURS + "Hold", "parameters": {"service": "\\u00e9\\ud83d\\ude00"}},
        {"method": OURS + "Release", "parameters": {"service": "none such"}, "oneway": True},
        {"method": OURS + "Reload", "parameters": {"dryRun": True}}])
    def drained(it):
        size = 0
        try:
            while more := it.socket.recv(65536): size += len(more)
        except ConnectionResetError: pass
        return size
    def thrown(bytes_):
        it = Varlink()
        try:
            it.socket.sendall(bytes_)
            it.socket.shutdown(socket.SHUT_WR)
        except OSError: pass
        return drained(it)

    """

private let prefixes = """
    sizes = [thrown(session[:end]) for end in range(len(session) + 1)]
    same("rising", sizes, sorted(sizes))
    holds(f"all answered: {sizes[-1]}", sizes[0] == 0 and sizes[-1] > 2500)
    """

private let mutating = """
    uid, seed = int(sys.argv[1]), int(sys.argv[2])
    if uid: become(uid)
    dice = random.Random(seed)
    def mutated():
        text = bytearray(session)
        for _ in range(dice.choice([1, 1, 1, 2, 3, 8])):
            start = dice.randrange(len(text) + 1)
            end = min(len(text), start + dice.choice([1, 1, 2, 8, 64]))
            new = bytes(dice.choice(b'\\0{}[]":,\\\\-0123456789.eE\\x80\\xff\\xed\\xa0tfnu /*a')
                        for _ in range(dice.choice([0, 1, 1, 2, 9])))
            match dice.randrange(5):
                case 0: text[start:end] = new
                case 1: text[start:start] = new
                case 2: text[start:start] = text[start:end] * dice.choice([1, 2, 30])
                case 3: del text[start:end]
                case _:
                    if start < len(text): text[start] ^= 1 << dice.randrange(8)
        return bytes(text)
    answered = sum(thrown(mutated()) > 0 for _ in range(10_000 if uid == 0 else 2_000))
    holds("some were right", answered > 100)
    """

private let brokenMessages = """
    def fate(message):
        it = Varlink()
        it.socket.sendall(message + b"\\0" + b'{"method":"org.varlink.service.GetInfo"}\\0')
        try: return it.receive().get("error", "fine").split(".")[-1]
        except (EOFError, ConnectionResetError): return "closed"
    info = b'{"method":"org.varlink.service.GetInfo"%s}'
    for rest in [b"", b',"parameters":{}', b',"parameters":null', b',"more":false', b',"x.y":[1]',
                 b',"oneway":null', b" " * (65_536 - 40)]:
        same(str(rest[:40]), fate(info % rest), "fine")
    for rest in [b',"x":1', b',"method":"a.b"', b',"more":true,"oneway":true', b',"more":1',
                 b',"parameters":[]', b',"parameters":{"a":1,"a":2}', b',', b',"a.b":1.5',
                 b',"a.b":1e2', b',"a.b":01', b',"a.b":9223372036854775808', b',"a.b":"\\xff"',
                 b',"a.b":"\\xed\\xa0\\x80"', b',"a.b":"\\\\ud800"', b',"a.b":"\\x01"',
                 b',"a.b":tru', b" " * (65_537 - 40)]:
        same(str(rest[:40]), fate(info % rest), "closed")
    for message in [b"", b" ", b"[]", b"1", b"null", b"{}", b'{"method":1}', b'{"method":null}',
                    b"{'method':'a.b'}", b'{"method":"a.b"}}', b"x" * 70_000, b"[" * 60_000]:
        same(str(message[:40]), fate(message), "closed")
    deep = lambda levels: info % (b',"a.b":' + b"[" * levels + b"]" * levels)
    same("depth 8", fate(deep(7)), "fine")
    same("depth 9", fate(deep(8)), "closed")
    same("upgrade", fate(info % b',"upgrade":true'), "MethodNotImplemented")
    for name in ["", ".", "a", ".a", "a.", "\\u00e9.b"]:
        got = fate(json.dumps({"method": name}).encode())
        holds(f"method {name!r}: {got}", got in ["InterfaceNotFound", "MethodNotFound"])
    """

/// Each pipe's end has to come at once: nobody else keeps its write end open.
private let descriptors = """
    import array
    for turn in range(100):
        it = Varlink()
        for message in [b'{"method":', b'"org.varlink.service.GetInfo"}\\0', b"half"]:
            reader, writer = os.pipe()
            fds = array.array("i", [writer] * (1 + turn % 253))
            it.socket.sendmsg([message], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            os.close(writer)
            if message.endswith(b"\\0"): it.receive()
            if message == b"half":
                it.socket.close()
            same("closed", os.read(reader, 1), b"")
            os.close(reader)
    """

private let closing = """
    def close_after(step):
        it = Varlink()
        if step == 0: return
        if step == 1: return it.socket.send(session[:20])
        if step == 2: return it.send("List", more=True)
        if step == 3:
            it.send("List", more=True)
            return it.socket.recv(10)
        if step == 4: return it.socket.shutdown(socket.SHUT_RDWR)
        if step == 5: return it.send("Watch", more=True)
        if step == 6: return it.call("Watch", more=True)
        if step == 7: return [it.send("Watch", more=True), it.socket.shutdown(socket.SHUT_RD)]
        if step == 8: return it.socket.sendall(session * 20)
        if step == 9: return it.socket.shutdown(socket.SHUT_RD)
        return it.send(SERVICE + "GetInfo", oneway=True)
    for turn in range(100):
        for step in range(11): close_after(step)
    watchers = [Varlink() for _ in range(20)]
    for watcher in watchers: watcher.call("Watch", more=True)
    for watcher in watchers[::2]: watcher.socket.close()
    root = Varlink()
    same("alive", root.call(SERVICE + "GetInfo")["parameters"]["product"], "portreserve")
    for watcher in watchers[1::2]: watcher.socket.close()
    """

private let dripping = """
    began = time.monotonic()
    idle, half, drop, early = Varlink(), Varlink(), Varlink(), Varlink()
    half.socket.sendall(b'{"method":')
    early.socket.sendall(b'{"method":"org.varlink.service.GetInfo"}\\0{')
    early.receive()
    cut, waiting = {}, {"half": half, "drop": drop, "early": early}
    while waiting and time.monotonic() - began < 15:
        try: drop.socket.send(b" ")
        except (BrokenPipeError, ConnectionResetError): pass
        time.sleep(0.05)
        for name, it in list(waiting.items()):
            try: is_gone = it.socket.recv(1, socket.MSG_DONTWAIT) == b""
            except BlockingIOError: is_gone = False
            except ConnectionResetError: is_gone = True
            if is_gone:
                cut[name] = time.monotonic() - began
                del waiting[name]
    for name in ["half", "drop", "early"]:
        holds(f"{name}: {cut}", 9.9 < cut.get(name, 0) < 11.5)
    same("idle", idle.call(SERVICE + "GetInfo")["parameters"]["vendor"], "portreserve")
    """
