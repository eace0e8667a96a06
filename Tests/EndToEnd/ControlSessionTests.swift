/// A session with a bare Varlink client: what any JSON library can do on /run/portreserve/control.

import Glibc
import Testing

@Suite("control: a session")
struct ControlSessionTests {
    @Test("the socket is there for everybody, and gone with its daemon")
    func socket() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            #expect(room.status(of: controlSocket)?.st_mode == S_IFSOCK | 0o666, room.story)
            #expect(try daemon.stop() == 0, room.story)
            #expect(!room.exists(controlSocket), room.story)
        }
    }

    @Test(
        "each answer is as the interface says",
        arguments: [
            Script("of the service itself", introduction), Script("of every method", methods),
        ])
    func session(script: Script) throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let before = room.descriptors(of: daemon.innerPid).count

            let client = try room.runPython(script.text)

            #expect(client.status == 0, room.story)
            #expect(daemon.settles(at: before), room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "calls in one piece, in small pieces and without an answer come in their order",
        arguments: [
            Script("pipelined", pipelining), Script("oneway", oneway),
            Script("wrong", wrongCalls),
        ])
    func order(script: Script) throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let client = try room.runPython(script.text)

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("who watches is told the state first, and then each change, each service's own")
    func watch() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let client = try room.runPython(watching)

            #expect(client.status == 0, room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a name is read as it was written, with every escape that JSON has")
    func escapes() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let client = try room.runPython(
                """
                for name in ["a\\tb", "a\\bb", "a\\fb", "a\\rb", "a\\nb", "\\"\\\\/", "\\u00e9\\U0001f600"]:
                    same(repr(name), Varlink().call("Release", {"service": name})["parameters"],
                         {"service": name})
                """)

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("Hold takes again what was released, and counts what somebody else has")
    func holdAgain() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            #expect(try room.run("portrelease", "cups").status == 0, room.story)
            let other = try bind("0.0.0.0:631/tcp")
            // Whoever has it first is taken for the service: the daemon looks every second.
            let seen = try room.runPython(
                """
                end = time.monotonic() + 120
                while "cups 631 serving" not in states(Varlink().all("List", {"service": "cups"})):
                    if time.monotonic() > end: sys.exit("never seen")
                    time.sleep(0.01)
                """)
            #expect(seen.status == 0, room.story)

            let busy = try room.runPython(
                """
                same("busy", Varlink().call("Hold", {"service": "cups"}),
                     {"parameters": {"held": 1, "busy": 1}})
                same("listed", sorted(states(Varlink().all("List", {"service": "cups"}))),
                     ["cups 631 held", "cups 631 serving"])
                """)
            #expect(busy.status == 0, room.story)
            let listed = withExtendedLifetime(other) { refusal("631/tcp") }
            #expect(listed == .addressInUse, room.story)
            #expect(isHeld("631/udp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

private let introduction = """
    it = Varlink()
    info = it.call(SERVICE + "GetInfo")
    same("members", sorted(info["parameters"]),
         ["interfaces", "product", "url", "vendor", "version"])
    same("version", info["parameters"]["version"], "1.0.0")
    same("interfaces", info["parameters"]["interfaces"],
         ["org.varlink.service", "io.portreserve.Reservations"])
    for name in info["parameters"]["interfaces"]:
        said = it.call(SERVICE + "GetInterfaceDescription", {"interface": name})
        text = said["parameters"]["description"]
        holds(name, "interface " + name + "\\n" in text)
    for word in ["List", "Watch", "Incidents", "Release", "Hold", "Reload"]:
        holds(word, f"method {word}(" in text)
    same("another", it.call(SERVICE + "GetInterfaceDescription", {"interface": "a.b"}),
         {"error": SERVICE + "InterfaceNotFound", "parameters": {"interface": "a.b"}})
    """

private let methods = """
    it, began = Varlink(), int(time.time() * 1e6)
    listed = it.all("List")
    same("states", states(listed),
         ["bmc 623 held", "cups 631 held", "cups 631 held", "imap 993 held"])
    bmc = listed[0]["parameters"]["reservation"]
    holds("since", began - 60e6 < bmc.pop("since") <= time.time() * 1e6)
    same("record", bmc, {"service": "bmc", "state": "held", "share": False, "permanent": True,
         "guarded": False, "file": "/etc/portreserve/bmc", "line": 1,
         "endpoint": {"protocol": "udp", "address": "127.0.0.1", "port": 623}})
    same("continues", [reply.get("continues") for reply in listed], [True, True, True, None])
    same("one", states(it.all("List", {"service": "imap"})), ["imap 993 held"])
    same("null", len(it.all("List", {"service": None})), 4)
    same("released", it.call("Release", {"service": "cups"}),
         {"parameters": {"released": 2, "busy": 0}})
    holds("free", may_bind(631) and may_bind(631, "::") and may_bind(631, kind=socket.SOCK_DGRAM))
    same("again", it.call("Release", {"service": "cups"}),
         {"parameters": {"released": 0, "busy": 0}})
    same("told", set(states(it.all("List", {"service": "cups"}))), {"cups 631 released"})
    same("all", it.call("Release", {"service": "*"}), {"parameters": {"released": 1, "busy": 0}})
    same("stays", states(it.all("List"))[0], "bmc 623 held")
    same("own", it.call("Release", {"service": "bmc"}), {"parameters": {"released": 1, "busy": 0}})
    same("held", it.call("Hold", {"service": "cups"}), {"parameters": {"held": 2, "busy": 0}})
    same("held all", it.call("Hold", {"service": "*"}), {"parameters": {"held": 4, "busy": 0}})
    nothing = {"parameters": {"added": 0, "removed": 0, "kept": 4, "diagnostics": []}}
    same("reload", it.call("Reload"), nothing)
    same("dry", it.call("Reload", {"dryRun": True}), nothing)
    for method, flags in [("Release", {}), ("Hold", {}), ("List", {"more": True})]:
        same(method, it.call(method, {"service": "cup"}, **flags),
             {"error": OURS + "NoSuchService", "parameters": {"service": "cup"}})
    """

private let pipelining = """
    it, calls = Varlink(), b""
    for turn in range(200):
        for method in ["Release", "Hold"]:
            call = {"method": OURS + method, "parameters": {"service": "cups"}}
            calls += json.dumps(call).encode() + b"\\0"
        calls += json.dumps({"method": OURS + "List", "more": True}).encode() + b"\\0"
    if os.fork() == 0:
        for start in range(0, len(calls), 997): it.socket.sendall(calls[start:start + 997])
        os._exit(0)
    for turn in range(200):
        same("release", it.receive(), {"parameters": {"released": 2, "busy": 0}})
        same("hold", it.receive(), {"parameters": {"held": 2, "busy": 0}})
        listed = [it.receive() for _ in range(4)]
        same("ends", [reply.get("continues", False) for reply in listed], [True] * 3 + [False])
    byte = Varlink()
    for one in b'{"method":"org.varlink.service.GetInfo"}\\0': byte.socket.send(bytes([one]))
    same("byte by byte", byte.receive()["parameters"]["vendor"], "portreserve")
    half = Varlink()
    half.send(SERVICE + "GetInfo")
    half.socket.shutdown(socket.SHUT_WR)
    same("half closed", half.receive()["parameters"]["vendor"], "portreserve")
    holds("and then closed", is_closed(half))
    """

private let oneway = """
    it = Varlink()
    it.send("Release", {"service": "cups"}, oneway=True)
    it.send("Release", {"service": "none such"}, oneway=True)
    it.send("NoSuch", oneway=True)
    it.send("no.such.Interface", oneway=True)
    it.send("List", oneway=True)
    it.send(SERVICE + "GetInfo", oneway=True)
    same("the one answer", it.call("Release", {"service": "imap"}),
         {"parameters": {"released": 1, "busy": 0}})
    same("done", [s for s in states(it.all("List")) if "held" in s], ["bmc 623 held"])
    """

private let wrongCalls = """
    it = Varlink()
    def error(name, **parameters):
        return {"error": SERVICE + name, **({"parameters": parameters} if parameters else {})}
    same("no interface", it.call("a.b.C"), error("InterfaceNotFound", interface="a.b"))
    same("no method", it.call("Lists"), error("MethodNotFound", method=OURS + "Lists"))
    same("none", it.all("Incidents"), [{}])
    for method in ["List", "Watch", "Incidents"]: same(method, it.call(method), error("ExpectedMore"))
    for method, parameters, name in [
        ("Release", {}, "service"), ("Release", {"service": 1}, "service"),
        ("Release", {"service": None}, "service"), ("Hold", {"service": ["cups"]}, "service"),
        ("Release", {"service": "cups", "x": 1}, "x"), ("Reload", {"dryRun": "yes"}, "dryRun"),
        ("Reload", {"dry": True}, "dry"), (SERVICE + "GetInfo", {"y": 1}, "y"),
        (SERVICE + "GetInterfaceDescription", {}, "interface")]:
        same(f"{method} {parameters}", it.call(method, parameters),
             error("InvalidParameter", parameter=name))
    same("more of one", it.call("Release", {"service": "imap"}, more=True),
         {"parameters": {"released": 1, "busy": 0}})
    same("a vendor's", it.call(SERVICE + "GetInfo", **{"x.y": 1})["parameters"]["product"],
         "portreserve")
    same("nothing else", [s for s in states(it.all("List")) if "released" in s],
         ["imap 993 released"])
    """

private let watching = """
    it, watch = Varlink(), Varlink()
    first = [watch.call("Watch", more=True)] + [watch.receive() for _ in range(3)]
    same("state", states(first), states(it.all("List")))
    same("goes on", {reply.get("continues") for reply in first}, {True})
    for turn in range(50):
        it.call("Release", {"service": "imap"})
        same("released", states([watch.receive()]), ["imap 993 released"])
        it.call("Hold", {"service": "imap"})
        same("held", states([watch.receive()]), ["imap 993 held"])
    it.call("Release", {"service": "cups"})
    both = [watch.receive(), watch.receive()]
    same("both", states(both), ["cups 631 released"] * 2)
    same("protocols", sorted(reply["parameters"]["reservation"]["endpoint"]["protocol"]
         for reply in both), ["tcp", "udp"])
    it.call("Hold", {"service": "cups"})
    same("both again", states([watch.receive(), watch.receive()]), ["cups 631 held"] * 2)
    watch.socket.setblocking(False)
    try: holds("silence", watch.socket.recv(1) is None)
    except BlockingIOError: pass
    """
