/// portreservectl and incidents: none beside the daemon, and some that are told it.

import Glibc
import Testing

@Suite("portreservectl: incidents")
struct ControlIncidentsTests {
    @Test("a daemon that has none to tell of says so in JSON, and the tool in words; both are 0")
    func none() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let words = try room.run("portreservectl", "incidents")
            let json = try room.run("portreservectl", "incidents", "-j", with: .nobody)

            #expect(words.status == 0 && words.output.isEmpty, room.story)
            #expect(words.errorText == "portreservectl: no incidents\n", room.story)
            #expect(json.status == 0 && json.outputText == "{}\n", room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("each is a row, the latest last; a name leaves out those of others; JSON is as it came")
    func some() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(telling)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let all = try room.run("portreservectl", "incidents")
            let one = try room.run("portreservectl", "incidents", "--no-legend", "b")
            let json = try room.run("portreservectl", "incidents", "--json=short", "b")

            #expect(all.status == 0 && one.status == 0 && json.status == 0, room.story)
            #expect(all.lines.count == 4, room.story)
            let kinds = all.lines.dropFirst().map { $0.split(separator: " ")[2...4] }
            #expect(
                kinds.map { $0.joined(separator: " ") } == [
                    "busy 1 b", "refused 3 a", "refused 70 b",
                ], room.story)
            #expect(all.lines.last?.hasSuffix("perl (pid 7, uid 33, x.service)") == true)
            #expect(one.lines.count == 2, room.story)
            #expect(json.lines.count == 2, room.story)
            #expect(json.lines.allSatisfy { $0.contains("\"service\":\"b\"") }, room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }

    @Test("watch tells of one in a line of its own")
    func watch() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(watched)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let watch = try room.run("portreservectl", "watch", "--no-legend")

            #expect(watch.lines.count == 2, room.story)
            let words = watch.lines.map { $0.split(separator: " ").prefix(3) }
            #expect(words.first == ["cups", "631/tcp", "held"], room.story)
            #expect(words.last == ["cups", "631/tcp", "refused"], room.story)
            #expect(watch.lines.last?.hasSuffix("perl (pid 7, uid 33)") == true, room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }
}

extension Program {
    fileprivate var lines: [Substring] { outputText.split(separator: "\n") }
}

private let telling = """
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    print("ready", file=sys.stderr)
    def told(kind, service, at, count, **by):
        where = {"protocol": "udp", "address": "*", "port": 631}
        return {"kind": kind, "service": service, "endpoint": where, "at": at * 1000000,
                "count": count, **by}
    perl = {"pid": 7, "command": "perl", "uid": 33, "unit": "x.service"}
    list_ = [told("refused", "b", 1700000300, 70, by=perl), told("busy", "b", 1700000100, 1),
             told("refused", "a", 1700000200, 3)]
    for _ in range(3):
        client = it.accept()[0]
        same("asked", json.loads(client.recv(4096)[:-1]),
             {"method": OURS + "Incidents", "more": True})
        for incident in list_:
            reply = {"parameters": {"incident": incident}, "continues": incident is not list_[-1]}
            client.sendall(json.dumps(reply).encode() + b"\\0")
        client.close()
    """

private let watched = """
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    print("ready", file=sys.stderr)
    where = {"protocol": "tcp", "address": "*", "port": 631}
    held = {"service": "cups", "endpoint": where, "state": "held", "since": 0, "share": False,
            "permanent": False, "guarded": True, "file": "cups", "line": 1}
    refused = {"kind": "refused", "service": "cups", "endpoint": where, "at": 0, "count": 1,
               "by": {"pid": 7, "command": "perl", "uid": 33}}
    client = it.accept()[0]
    client.recv(4096)
    reply = {"parameters": {"reservation": held}}
    client.sendall(json.dumps(reply).encode() + b"\\0")
    client.recv(4096)
    for parameters in [{"reservation": held}, {"incident": refused}]:
        reply = {"parameters": parameters, "continues": True}
        client.sendall(json.dumps(reply).encode() + b"\\0")
    client.close()
    """
