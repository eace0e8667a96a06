/// Whoever has a port of ours is named, once, with all that is known.

import Glibc
import Testing

@Suite("life: who has a busy port is named")
struct HolderTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: String
        let script: String
        let said: String
        /// What this kernel must have for it.
        var needs = "/proc"
    }

    static let kinds = [
        Kind(
            testDescription: "a listener", line: "4000/tcp", script: "it = bind(4000)",
            said: "in use by 'python3' (pid PID, uid 0)"),
        Kind(
            testDescription: "a listener on one IPv6 address", line: "4000/tcp",
            script: "it = bind(4000, address='::1')", said: "in use by 'python3' (pid PID, uid 0)"),
        Kind(
            testDescription: "a udp socket", line: "4000/udp",
            script: "it = bind(4000, socket.SOCK_DGRAM)",
            said: "in use by 'python3' (pid PID, uid 0)"),
        Kind(
            testDescription: "a socket that is bound and does not listen", line: "4000/tcp",
            script: "it = sock(); it.bind(('0.0.0.0', 4000))",
            said: "in use by 'python3' (pid PID, uid 0)"),
        Kind(
            testDescription: "a listener of Multipath TCP", line: "4000/tcp",
            script: """
                MPTCP = 262
                it = socket.socket(socket.AF_INET, socket.SOCK_STREAM, MPTCP)
                it.bind(("0.0.0.0", 4000)); it.listen()
                """, said: "in use by 'python3' (pid PID, uid 0)", needs: multipath),
        Kind(
            testDescription: "a listener of several processes", line: "4000/tcp",
            script: "it = bind(4000); workers = [child(signal.pause) for _ in range(2)]",
            said: "in use by 'python3' (pid PID, uid 0, and 2 more)"),
        Kind(
            testDescription: "a listener of more processes than are told of", line: "4000/tcp",
            script: "it = bind(4000); workers = [child(signal.pause) for _ in range(99)]",
            said: "in use by 'python3' (pid PID, uid 0, and at least 63 more)"),
        Kind(
            testDescription: "a process in a unit", line: "4000/tcp",
            script: "join(cgroup('thief.service')); it = bind(4000)",
            said: "in use by 'python3' (pid PID, uid 0, 'thief.service')"),
        Kind(
            testDescription: "a user's process", line: "4000/tcp",
            script: "become(65534); it = bind(4000)",
            said: "in use by 'python3' (pid PID, uid 65534)"),
        Kind(
            testDescription: "C11: an outgoing connection", line: "4000/tcp",
            script: """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                """,
            said:
                "in use by a connection to 127.0.0.1:4999, no listener, of 'python3' (pid PID, uid 0)"
        ),
        Kind(
            testDescription: "an outgoing connection by IPv6", line: "4000/tcp",
            script: """
                server = bind(4999, address="::1")
                it = sock(family=socket.AF_INET6); it.bind(("::1", 4000)); it.connect(("::1", 4999))
                """,
            said:
                "in use by a connection to [::1]:4999, no listener, of 'python3' (pid PID, uid 0)"
        ),
        Kind(
            testDescription: "a connection that is closed before all is sent",
            line: "4000/tcp",
            script: """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                it.setblocking(False)
                try:
                    while True: it.send(bytes(65536))
                except BlockingIOError: it.close()
                """,
            said:
                "in use by a connection to 127.0.0.1:4999, no listener, of a process that has closed it"
        ),
        Kind(
            testDescription: "the TIME_WAIT of a client without SO_REUSEADDR", line: "4000/tcp",
            script: """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                peer = server.accept()[0]
                it.close(); peer.recv(1); peer.close()
                """, said: "in use by TIME_WAIT, left by a client, "),
        Kind(
            testDescription: "a tunnel of the kernel", line: "4000/udp", script: tunnel,
            said: "in use by a socket of the kernel (an NFS mount, lockd or the like)",
            needs: vxlan),
        Kind(
            testDescription: "a listener of the kernel", line: "4000/tcp",
            script: """
                subprocess.run(
                    ["ip", "mptcp", "endpoint", "add", "127.0.0.1", "port", "4000", "signal"],
                    check=True)
                """, said: "in use by a socket of the kernel (an NFS mount, lockd or the like)",
            needs: multipath),
    ]

    static var possibleKinds: [Kind] {
        kinds.filter { (hasCgroups || !$0.script.contains("cgroup(")) && isThere($0.needs) }
    }

    @Test("by what is known of it", arguments: possibleKinds)
    func named(kind: Kind) throws {
        try Room.run { room in
            room.configure("svc", "# its port\n\(kind.line)\n")
            let holder = try room.startStaying(kind.script)

            let daemon = try room.startDaemon("-f", "--stay")

            let said = kind.said.replacing("PID", with: "\(holder.innerPid)")
            let line = daemon.program.waitForError { $0.contains("in use by") }
            #expect(
                line?.hasPrefix("/etc/portreserve/svc:2: \(kind.line): \(said)") == true,
                "\(line ?? "nothing")\(room.story)")
            #expect(
                line?.hasSuffix(", not reserved for 'svc', will be held when it is free") == true,
                room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }

    @Test("to root and to the holder's own user alone")
    func told() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying(
                """
                become(65534)
                it = bind(4000)
                """)
            let daemon = try room.startDaemon("-f", "--stay")
            #expect(daemon.program.waitForError { $0.contains("in use by") } != nil, room.story)

            let client = try room.runPython(
                life + """
                    want = {"pid": \(holder.innerPid), "command": "python3", "uid": 65534}
                    same("root", record(4000)["holder"], want)
                    def other(uid):
                        become(uid)
                        got = record(4000).get("holder")
                        return 0 if (got == want) == (uid == 65534) else 1
                    for uid in [65534, 65533]: same(uid, end(child(lambda: other(uid))), 0)
                    """, "-")

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }

    @Test(
        "to root alone where it is the kernel",
        .enabled(if: isThere(vxlan), "needs vxlan"))
    func toldOfTheKernel() throws {
        try Room.run { room in
            room.configure("svc", "4000/udp\n")
            let holder = try room.startStaying(tunnel)
            let daemon = try room.startDaemon("-f", "--stay")
            #expect(daemon.program.waitForError { $0.contains("in use by") } != nil, room.story)

            let client = try room.runPython(
                life + """
                    same("root", record(4000)["holder"], {"kernel": True})
                    become(65534)
                    same("others", record(4000).get("holder"), None)
                    """, "-")
            let status = try room.run("portreservectl", "status")

            #expect(client.status == 0, room.story)
            #expect(status.outputText.contains("a socket of the kernel"), room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }

    @Test("and when it lets go the port is held")
    func letsGo() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n4001/udp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    for turn in range(50):
                        release("svc")
                        its = [bind(4000), bind(4001, socket.SOCK_DGRAM)]
                        becomes(4000, "serving")
                        becomes(4001, "serving")
                        same("hold", Varlink().call("Hold", {"service": "svc"})["parameters"],
                             {"held": 0, "busy": 2})
                        for it in its: it.close()
                        until("held", lambda: Varlink().call("Hold", {"service": "svc"})
                              ["parameters"]["held"] == 2)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("whoever changes sockets faster than one can look is not taken for the kernel")
    func restless() throws {
        try Room.run { room in
            room.configure("svc", "4000-4019/tcp\n")
            let holder = try room.startPython(
                life + """
                    PORTS = range(4000, 4020)
                    def bind_beside(port):
                        it = sock()
                        it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                        it.bind(("0.0.0.0", port))
                        return it
                    its = [bind_beside(port) for port in PORTS]
                    print("up", file=sys.stderr, flush=True)
                    # Before one is closed the next one is there: the port is never free.
                    while True:
                        its, old = [bind_beside(port) for port in PORTS], its
                        for it in old: it.close()
                    """, ["-"])
            #expect(holder.waitForError { $0 == "up" } != nil, room.story)

            let daemon = try room.startDaemon("-f", "--stay")

            let unseen = "in use by somebody whom the kernel does not show, "
            #expect(daemon.program.waitForError { $0.contains(unseen) } != nil, room.story)
            #expect(
                !daemon.program.errorLines.contains { $0.contains("a socket of the kernel") },
                room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }

    @Test("and when it lets go after a reload, which took away another service, the port is held")
    func letsGoAfterReload() throws {
        try Room.run { room in
            room.configure("another", "3999/tcp\n")
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying("it = bind(4000)")
            let daemon = try room.startDaemon("-f", "--stay")
            #expect(daemon.program.waitForError { $0.contains("in use by") } != nil, room.story)
            room.remove("/etc/portreserve/another")
            try room.run("portreservectl", "reload")

            holder.send(SIGTERM)
            try holder.wait()

            #expect(daemon.hears("4000/tcp: held again for 'svc'"), room.story)
            #expect(isHeld("4000/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Whether this kernel has what makes that path.
func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

private let multipath = "/proc/sys/net/mptcp"
let vxlan = "/sys/module/vxlan"

/// The kernel's own udp socket, without an NFS server to mount from.
let tunnel = """
    def ip(*words): subprocess.run(["ip", *words], check=True)
    ip("link", "add", "tunnel", "type", "vxlan", "id", "1", "dstport", "4000")
    ip("link", "set", "tunnel", "up")
    """
