/// A bare Varlink client: twenty lines of Python that stand in front of each test's own script.
///
///     let client = try room.runPython("""
///         same("held", Varlink().call("Hold", {"service": "cups"}), {"parameters": ...})
///         """)
///     #expect(client.status == 0, room.story)
///
/// A script says what is not as it must be and ends with status 1; its story shows which.

import CRig
import Glibc
import Testing

/// The control socket, as every client knows it.
let controlSocket = "/run/portreserve/control"

/// Blocking all through, since a connect that does not wait meets EAGAIN; the alarm ends it.
private let client = """
    import json, os, random, signal, socket, sys, time
    CONTROL, OURS = "/run/portreserve/control", "io.portreserve.Reservations."
    SERVICE = "org.varlink.service."
    signal.alarm(170)

    class Varlink:
        def __init__(self, path=CONTROL):
            self.socket, self.rest = socket.socket(socket.AF_UNIX), b""
            self.socket.connect(path)
        def send(self, method, parameters={}, **flags):
            name = method if "." in method else OURS + method
            call = {"method": name, "parameters": parameters, **flags}
            self.socket.sendall(json.dumps(call).encode() + b"\\0")
        def receive(self):
            while b"\\0" not in self.rest:
                more = self.socket.recv(65536)
                if not more: raise EOFError("closed")
                self.rest += more
            message, self.rest = self.rest.split(b"\\0", 1)
            return json.loads(message)
        def call(self, *what, **flags):
            self.send(*what, **flags)
            return self.receive()
        def all(self, *what):
            replies = [self.call(*what, more=True)]
            while replies[-1].get("continues"): replies.append(self.receive())
            return replies

    failures = []
    def same(what, got, want):
        if got != want:
            failures.append(what)
            print(f"{what}: {str(got)[:600]}, and not {str(want)[:600]}", file=sys.stderr)
    def holds(what, truth): same(what, bool(truth), True)
    def is_closed(it):
        try: return it.socket.recv(65536) == b""
        except ConnectionResetError: return True
    def states(replies):
        records = [reply["parameters"]["reservation"] for reply in replies]
        return [f'{r["service"]} {r["endpoint"]["port"]} {r["state"]}' for r in records]
    def become(uid):
        os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
    def may_bind(port, address="0.0.0.0", kind=socket.SOCK_STREAM):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, kind) as it:
            if family == socket.AF_INET6: it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try: it.bind((address, port))
            except OSError: return False
            return True

    """

/// A test's own part of a script, by what it shows.
struct Script: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String

    init(_ claim: String, _ text: String) { (testDescription, self.text) = (claim, text) }
}

/// The end of every script.
private let verdict = "\nsys.exit(1 if failures else 0)\n"

extension Room {
    /// Starts a Python script with the client in front of it; `words` are its `sys.argv[1:]`.
    func startPython(
        _ script: String, _ words: [String] = [], with setting: Setting = Setting()
    ) throws -> Program {
        try start(python(script) + words, setting)
    }

    /// The command for a Python script, behind which its words go.
    func python(_ script: String) -> [String] {
        // A file, so that the test's story has its name and not its text.
        let path = "/run/script\(programs.count).py"
        write(path, pythonText(script))
        return ["/usr/bin/python3", "-I", path]
    }

    /// The whole text of a Python script.
    func pythonText(_ script: String) -> String { client + script + verdict }

    /// Runs a Python script to its end.
    @discardableResult
    func runPython(
        _ script: String, _ words: String..., with setting: Setting = Setting()
    ) throws -> Program {
        let program = try startPython(script, words, with: setting)
        try program.wait()
        return program
    }

    /// A daemon that stays when all is released, with one service of each kind.
    func startServing(_ options: String...) throws -> Daemon {
        configure("cups", "631\n")
        configure("imap", "993/tcp\n")
        configure("bmc", "127.0.0.1:623/udp permanent\n")
        return try startDaemon(["-d", "--stay"] + options)
    }
}

extension Daemon {
    /// What it holds, each as the kernel names it: a hold that was let go and taken anew differs.
    var sockets: Set<String> {
        Set(room.descriptors(of: innerPid).values.filter { $0.hasPrefix("socket:") })
    }

    /// Whether it has these sockets and no other, now or soon: what a client left is closed later.
    func keeps(_ sockets: Set<String>) -> Bool {
        Deadline.generous.poll { self.sockets == sockets }
    }

    /// Whether it has `count` descriptors, now or soon: what a client left is closed a turn later.
    func settles(at count: Int) -> Bool {
        Deadline.generous.poll { room.descriptors(of: innerPid).count == count }
    }

    /// All that `startServing` configures is held.
    var holdsAll: Bool {
        isHeld("631/tcp") && isHeld("631/udp") && isHeld("993/tcp")
            && refusal("127.0.0.1:623/udp") == .addressInUse
    }
}
