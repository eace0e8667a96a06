/// CASES.md C63 and C51: the lines by which init scripts, units and run scripts of real packages
/// call portrelease, run by /bin/sh as they stand, with and without a daemon.

import Glibc
import Testing

@Suite("the callers in the field")
struct CallerLinesTests {
    struct Caller: Sendable, CustomTestStringConvertible {
        let line: String
        /// The service that it releases.
        let service: String
        var testDescription: String { line }
    }

    static let callers = [
        Caller(
            line: "[ -x /sbin/portrelease ] && /sbin/portrelease spamd &>/dev/null || :",
            service: "spamd"),
        Caller(line: "/usr/sbin/portrelease dovecot | true", service: "dovecot"),
        Caller(line: "/usr/sbin/portrelease dovecot", service: "dovecot"),
        Caller(line: "/sbin/portrelease spamd ; exec /bin/true", service: "spamd"),
        Caller(line: "portrelease '*'", service: "spamd"),
        Caller(line: "portrelease xhad 2&>1", service: "xhad"),
        Caller(line: "portrelease xhad 2>&1 >/dev/full", service: "xhad"),
        Caller(line: "exec portrelease spamd <&- >&- 2>&-", service: "spamd"),
    ]

    @Test("without a daemon each exits 0 and says nothing", arguments: callers)
    func alone(caller: Caller) throws {
        try Room.run { room in
            try install(in: room)

            let shell = try call(caller, in: room)

            #expect(shell.status == 0 && shell.errors.isEmpty && shell.output.isEmpty, room.story)
        }
    }

    @Test(
        "with a daemon each exits 0, says nothing and has its service released", arguments: callers)
    func released(caller: Caller) throws {
        try Room.run { room in
            try install(in: room)
            for (number, service) in ["dovecot", "spamd", "xhad"].enumerated() {
                room.configure(service, "\(4001 + number)/tcp\n")
            }
            let daemon = try room.startDaemon("-d")

            let shell = try call(caller, in: room)

            #expect(daemon.hears("Released service \(caller.service)"), room.story)
            #expect(shell.status == 0 && shell.errors.isEmpty && shell.output.isEmpty, room.story)
        }
    }

    @Test("`2&>1` releases a service of the name 2 as well")
    func two() throws {
        try Room.run { room in
            try install(in: room)
            room.configure("xhad", "ha-cluster\n")
            room.configure("2", "4002/tcp\n")
            let daemon = try room.startDaemon("-d")

            try room.run("/bin/bash", "-c", "cd /run; portrelease xhad 2&>1")

            #expect(try daemon.program.wait() == 0, room.story)
        }
    }

    @Test("where the daemon is masked and the socket's folder is gone, a call takes no time")
    func quick() throws {
        try Room.run { room in
            try install(in: room)
            var fastest = Duration.seconds(60)

            // The machine may be busy with other tests; a call that waits waits each time.
            for _ in 0..<20 {
                let start = ContinuousClock.now
                try room.run("/usr/sbin/portrelease", "cups")
                fastest = min(fastest, ContinuousClock.now - start)
            }

            // What C51 asks for; starting and reaping it is in the figure.
            #expect(fastest < .milliseconds(5), room.story)
        }
    }

    /// /bin/sh with /run as its folder: bash, where the line is of bash.
    private func call(_ caller: Caller, in room: Room) throws -> Program {
        let shell = caller.line.contains("&>") ? "/bin/bash" : "/bin/sh"
        return try room.run(shell, "-c", "cd /run; \(caller.line)")
    }

    /// portrelease where the callers look for it: the program's own file, found by both paths.
    private func install(in room: Room) throws {
        try room.install("portrelease", at: "/usr/sbin/portrelease")
        if !room.exists("/sbin/portrelease") {
            room.link("/sbin/portrelease", to: "/usr/sbin/portrelease")
        }
    }
}
