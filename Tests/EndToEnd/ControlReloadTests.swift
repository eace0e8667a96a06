/// A reload touches the difference and nothing else, and no slip of a pen costs a port.

import Glibc
import Testing

@Suite("control: reload")
struct ControlReloadTests {
    @Test("of an edited file only the difference is touched", arguments: [false, true])
    func difference(bySignal: Bool) throws {
        try Room.run { room in
            room.configure("cups", "631\n4001/tcp\n4002/tcp share\n")
            room.configure("gone", "4003/tcp\n")
            let daemon = try room.startServing()
            room.configure("cups", "631\n4001/tcp\n4002/tcp share\n")
            try room.reload(daemon, bySignal)
            let before = daemon.sockets

            // 4001 goes, 4002 moves and is told in another way, 4004 comes, a file goes.
            room.configure("cups", "# edited\n4004/tcp\n631\n")
            room.configure("new", "4002/tcp permanent\n")
            room.remove("/etc/portreserve/gone")
            try room.reload(daemon, bySignal)

            let after = daemon.sockets
            #expect(before.subtracting(after).count == 2, "4001 and 4003\(room.story)")
            #expect(after.subtracting(before).count == 1, "4004\(room.story)")
            #expect(heldEndpoints(among: 4000...4005) == ["4002/tcp", "4004/tcp"], room.story)
            #expect(daemon.holdsAll, room.story)
            #expect(try room.runPython(afterEdit).status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("dryRun says what would come of it, and touches nothing")
    func rehearsal() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let before = daemon.sockets
            room.configure("cups", "631/tcp\n4001/tcp\n4002/tcp\n4003/bad\n")

            let client = try room.runPython(rehearsing)

            #expect(client.status == 0, room.story)
            #expect(daemon.keeps(before) && daemon.holdsAll, room.story)
            #expect(isFree("4001/tcp"), room.story)
            daemon.program.drain()
            #expect(!daemon.program.errorText.contains("reloaded"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("what was released stays released, and what somebody else has is told")
    func states() throws {
        try Room.run { room in
            let other = try bind("0.0.0.0:4001/tcp")
            room.configure("busy", "4001/tcp\n")
            let daemon = try room.startServing()
            room.configure("late", "4002/tcp\n4001/udp\n")
            let second = try bind("[::1]:4002/tcp")

            let client = try room.runPython(reloadingStates)

            #expect(client.status == 0, room.story)
            withExtendedLifetime((other, second)) {}
            #expect(isFree("631/tcp") && isFree("631/udp") && isHeld("4001/udp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a reload with more than the limit on open files holds what it can and says the rest")
    func limited() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n")
            let daemon = try room.startDaemon(
                ["-d", "--stay"], with: .openFiles(soft: 100, hard: 200))
            room.configure("many", "4000-4399/tcp\n")

            let client = try room.runPython(reloadingMany)

            #expect(client.status == 0, room.story)
            #expect(isHeld("631/tcp") && isHeld("4000/tcp") && isFree("4399/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

extension Room {
    /// By a call or by SIGHUP; returns when it is done.
    func reload(_ daemon: Daemon, _ bySignal: Bool) throws {
        if bySignal {
            let reloads = { daemon.program.errorLines.count { $0.contains("reloaded: ") } }
            let before = reloads()
            daemon.program.send(SIGHUP)
            let isDone = Deadline.generous.poll {
                daemon.program.drain()
                return reloads() > before
            }
            guard isDone else { throw Trouble("no reload: \(daemon.program.story)") }
        } else {
            let client = try runPython("holds('reloaded', 'error' not in Varlink().call('Reload'))")
            guard client.status == 0 else { throw Trouble("no reload: \(client.story)") }
        }
    }
}

private let afterEdit = """
    listed = [reply["parameters"]["reservation"] for reply in Varlink().all("List")]
    by_port = {r["endpoint"]["port"]: r for r in listed}
    moved = by_port[4002]
    same("moved", (moved["service"], moved["permanent"], moved["share"], moved["line"]),
         ("new", True, False, 1))
    same("lines", (by_port[4004]["line"], by_port[631]["line"]), (2, 3))
    same("no more", [port for port in (4001, 4003) if port in by_port], [])
    """

private let rehearsing = """
    it, watch = Varlink(), Varlink()
    watch.call("Watch", more=True)
    for turn in range(3): watch.receive()
    before = it.all("List")
    for turn in range(20):
        told = it.call("Reload", {"dryRun": True})["parameters"]
        diagnostics = told.pop("diagnostics")
        # A file with a wrong line keeps what it had: 631/udp.
        same("told", told, {"added": 2, "removed": 0, "kept": 4})
        holds(f"said {diagnostics}", any(text.startswith("/etc/portreserve/cups:4:6: 'bad'")
              or text.startswith("/etc/portreserve/cups:4:1: ") for text in diagnostics))
    same("the same", it.all("List"), before)
    try: holds("silence", watch.socket.recv(1, socket.MSG_DONTWAIT) is None)
    except BlockingIOError: pass
    """

private let reloadingStates = """
    it, watch = Varlink(), Varlink()
    it.call("Release", {"service": "cups"})
    watch.call("Watch", more=True)
    for turn in range(4): watch.receive()
    same("reload", it.call("Reload"),
         {"parameters": {"added": 2, "removed": 0, "kept": 5, "diagnostics": []}})
    want = ["bmc 623 held", "busy 4001 busy", "cups 631 released", "cups 631 released",
            "imap 993 held", "late 4002 busy", "late 4001 held"]
    same("states", states(it.all("List")), want)
    same("watchers are told anew", states([watch.receive() for _ in want]), want)
    reasons = [reply["parameters"]["reservation"].get("reason") for reply in it.all("List")]
    same("reasons", reasons, [None, "bind: Address already in use", None, None, None,
         "bind: Address already in use", None])
    """

private let reloadingMany = """
    it = Varlink()
    same("reload", it.call("Reload")["parameters"]["added"], 400)
    listed = [reply["parameters"]["reservation"] for reply in it.all("List", {"service": "many"})]
    same("states", [r["state"] for r in listed], ["held", "failed"])
    same("reason", listed[1].get("reason"), "too few descriptors")
    same("alive", len([Varlink().call(SERVICE + "GetInfo") for _ in range(5)]), 5)
    same("again", it.call("Reload")["parameters"]["kept"], 401)
    """
