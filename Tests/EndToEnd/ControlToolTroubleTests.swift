/// portreservectl where something is in its way: the daemon, its reader, or nothing to do.

import Glibc
import Testing

@Suite("portreservectl in trouble")
struct ControlToolTroubleTests {
    @Test("on a full disk it says so, and is 1", arguments: ["status", "watch", "version"])
    func fullDisk(verb: String) throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let tool = try room.start(["portreservectl", verb], Setting(output: .full))

            #expect(try tool.wait() == 1, room.story)
            #expect(
                tool.errorText
                    == "portreservectl: standard output: No space left on device\n", room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("without a reader it is silent, and ends")
    func noReader() throws {
        try Room.run { room in
            let daemon = try room.startServing()

            let reader = try room.runPython(
                withoutReader, try Programs.path(of: "portreservectl"))

            #expect(reader.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("an output that is open for reading alone is told, and is 1")
    func readOnly() throws {
        try Room.run { room in
            let path = try Programs.path(of: "portreservectl")

            let tool = try room.run("/bin/sh", "-c", "exec \(path) version 1</dev/null")

            #expect(tool.status == 1 && tool.errorLines.count == 1, room.story)
        }
    }

    @Test(
        "a stopped daemon: each verb says so within 12 s, and is 1",
        arguments: [
            ["status"], ["release", "cups", "imap"], ["hold", "cups"], ["reload"], ["watch"],
            ["watch", "-j"],
        ])
    func stopped(words: [String]) throws {
        try Room.run { room in
            let daemon = try room.startServing()
            daemon.program.send(SIGSTOP)
            let began = ContinuousClock.now

            let tool = try room.start(["portreservectl"] + words)

            #expect(try tool.wait() == 1, room.story)
            #expect(ContinuousClock.now - began < .seconds(12), room.story)
            #expect(tool.errorText.contains("has not answered for 10 s"), room.story)
            #expect(tool.errorLines.count == 1, room.story)
            daemon.program.send(SIGCONT)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a watch that has begun waits longer than any other verb, and goes on")
    func patientWatch() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            let watch = try room.start("portreservectl", "watch", "-j")
            #expect(watch.tells { $0.contains("\"port\":993") }, room.story)
            daemon.program.send(SIGSTOP)

            // What gives up here began after the watch had its last word.
            let impatient = try room.run("portreservectl", "status")

            #expect(impatient.status == 1 && watch.status == nil, room.story)
            daemon.program.send(SIGCONT)
            try room.run("portreservectl", "release", "cups")
            #expect(watch.tells { $0.contains("released") }, room.story)
            #expect(try daemon.stop() == 0, room.story)
            #expect(try watch.wait() == 3, room.story)
        }
    }

    @Test("a list that begins anew leaves in the table what was told last, in JSON all")
    func begunAnew() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(reloaded)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let tool = try room.run("portreservectl", "status", "--no-legend")
            let json = try room.run("portreservectl", "status", "-j")

            let rows = tool.outputText.split(separator: "\n").map { $0.split(separator: " ")[1] }
            #expect(rows == ["80/tcp", "800-809/tcp"], room.story)
            #expect(tool.status == 0 && json.status == 0, room.story)
            #expect(json.outputText.split(separator: "\n").count == 6, room.story)
            #expect(try daemon.wait() == 0, room.story)
        }
    }

    @Test("who is turned away is told why, and what to do")
    func turnedAway() throws {
        try Room.run { room in
            room.makeDirectory("/run/portreserve")
            let daemon = try room.startPython(turningAway)
            #expect(daemon.waitForError { $0 == "ready" } != nil, room.story)

            let tool = try room.run("portreservectl", "status")

            #expect(tool.status == 1, room.story)
            #expect(tool.errorText.contains("as many clients as it takes"), room.story)
            #expect(tool.errorText.contains("try again"), room.story)
        }
    }

    @Test("a service that has nothing is named as such, beside others that have something")
    func emptyService() throws {
        try Room.run { room in
            room.configure("cups", "631/tcp\n")
            room.configure("none", "unguarded\n")
            let daemon = try room.startDaemon("-d", "--stay")

            let alone = try room.run("portreservectl", "status", "none")
            let both = try room.run("portreservectl", "status", "--no-legend", "none", "cups")
            let json = try room.run("portreservectl", "status", "-j", "none")

            #expect(alone.status == 0 && both.status == 0 && json.status == 0, room.story)
            #expect(
                alone.errorText == "portreservectl: 'none': nothing is reserved\n", room.story)
            #expect(both.errorText == alone.errorText, room.story)
            #expect(both.outputText.hasPrefix("cups "), room.story)
            #expect(json.errorText.isEmpty, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a service whose file is new: what reads it is said, with systemd's part of it")
    func newFile() throws {
        try Room.run { room in
            let daemon = try room.startServing()
            room.configure("new", "4001/tcp\n")

            let tool = try room.run("portreservectl", "status", "new")

            #expect(tool.status == 4, room.story)
            #expect(
                tool.errorText.hasPrefix("portreservectl: 'new': no such service yet"), room.story)
            #expect(tool.errorText.contains("'portreservectl reload'"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("every service, where none is configured, is 0 and said", arguments: ["hold", "release"])
    func nothing(verb: String) throws {
        try Room.run { room in
            let daemon = try room.startDaemon("-d", "--stay")

            let tool = try room.run("portreservectl", verb, "*")

            #expect(tool.status == 0, room.story)
            #expect(tool.errorText == "portreservectl: nothing is configured\n", room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a table in a pipe is whole, however long a name is")
    func longName() throws {
        try Room.run { room in
            let name = String(repeating: "x", count: 200)
            room.configure(name, "631/tcp\n")
            let daemon = try room.startDaemon("-d", "--stay")

            let setting = Setting(environment: ["COLUMNS=40"])
            let tool = try room.run("portreservectl", "status", with: setting)

            #expect(tool.outputText.contains("/etc/portreserve/\(name):1\n"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("check reads a directory, one service's file, and a file that is to be one's")
    func check() throws {
        try Room.run { room in
            room.remove("/etc/bindresvport.blacklist")
            room.configure("cups", "631/tcp\n")
            room.configure("slapd", "389/sctp\n")
            room.makeDirectory("/run/new")
            room.write("/run/new/imap", "99999\n")
            room.write("/run/new.tmp", "22/tcp\n")
            let cases = [
                (["/run/new"], 1, "/run/new/imap:1:1: "), (["/run/new/"], 1, "/run/new/imap:1:1: "),
                (["/run/new.tmp"], 0, ""),
                (["/run/new.tmp", "/run/new"], 1, "/run/new/imap:1:1: "),
                (["--name", "cups"], 0, ""),
                (["--name", "slapd"], 1, "/etc/portreserve/slapd:1:1: "),
                (["--name", "cupss"], 4, "portreservectl: 'cupss': no such service. Did you mean"),
                (["--name", "imap", "/run/new.tmp"], 0, ""),
                (["--name", "a.b", "/run/new.tmp"], 1, "portreservectl: 'a.b': no service can"),
                (["--name", "a.b"], 1, "portreservectl: 'a.b': no service can"),
            ]
            for (words, status, start) in cases {
                let tool = try room.start(["portreservectl", "check"] + words)

                #expect(try tool.wait() == status, room.story)
                #expect(tool.errorText.hasPrefix(start), room.story)
                #expect(tool.errorLines.count == (start.isEmpty ? 0 : 1), room.story)
            }
        }
    }
}

extension Program {
    /// Whether a line of its standard output is as wanted, now or soon.
    fileprivate func tells(_ isWanted: (String) -> Bool) -> Bool {
        Deadline.generous.poll {
            drain()
            return outputText.split(separator: "\n").contains { isWanted(String($0)) }
        }
    }
}

/// By SIGPIPE as a shell has it, and by EPIPE as a unit of systemd has it.
private let withoutReader = """
    import subprocess
    for is_default, status in [(True, -signal.SIGPIPE), (False, 1)]:
        reader, writer = os.pipe()
        os.close(reader)
        # Python itself ignores SIGPIPE.
        it = subprocess.run([sys.argv[1], "status"], stdout=writer, stderr=subprocess.PIPE,
                            restore_signals=is_default)
        os.close(writer)
        same("status", it.returncode, status)
        same("said", it.stderr, b"")
    """

private let turningAway = """
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    print("ready", file=sys.stderr)
    while True: it.accept()[0].close()
    """

/// Tells of busy ports that a reload then takes away, twice.
private let reloaded = """
    it = socket.socket(socket.AF_UNIX)
    it.bind(CONTROL)
    it.listen()
    print("ready", file=sys.stderr)
    def told(service, first, last, state):
        where = {"protocol": "tcp", "address": "*", "port": first, "last": last}
        return {"service": service, "endpoint": where, "state": state, "since": 0, "share": False,
                "permanent": False, "guarded": False, "file": service, "line": 1}
    list_ = [told("b", 800, 804, "held"), told("b", 805, 809, "busy"), told("c", 20, None, "busy"),
             None, told("a", 80, None, "held"), told("b", 800, 809, "held")]
    for _ in range(2):
        client = it.accept()[0]
        client.recv(4096)
        for reservation in list_:
            reply = {"parameters": {"reservation": reservation} if reservation else {},
                     "continues": reservation is not list_[-1]}
            client.sendall(json.dumps(reply).encode() + b"\\0")
        client.close()
    """
