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
            testDescription: "a process in a unit", line: "4000/tcp",
            script: "join(cgroup('thief.service')); it = bind(4000)",
            said: "in use by 'python3' (pid PID, uid 0, 'thief.service')"),
        Kind(
            testDescription: "a user's process", line: "4000/tcp",
            script: "become(65534); it = bind(4000)",
            said: "in use by 'python3' (pid PID, uid 65534)"),
        Kind(
            testDescription: "an outgoing connection", line: "4000/tcp",
            script: """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                """,
            said:
                "in use by a connection to 127.0.0.1:4999, no listener, of 'python3' (pid PID, uid 0)"
        ),
        Kind(
            testDescription: "the TIME_WAIT of a client without SO_REUSEADDR", line: "4000/tcp",
            script: """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                peer = server.accept()[0]
                it.close(); peer.recv(1); peer.close()
                """, said: "in use by TIME_WAIT, left by a client, "),
    ]

    static var possibleKinds: [Kind] {
        kinds.filter { hasCgroups || !$0.script.contains("cgroup(") }
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
}
