/// Who has a busy port may be gone, or changed, before one has looked: what is said is true then.

import Glibc
import Testing

@Suite("life: a busy port whose holder is gone by the time one looks")
struct GoneHolderTests {
    /// Between which two steps of the daemon it goes: strace's filter for the first of them.
    struct Moment: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let filter: [String]

        static let beforeSockets = Moment(
            testDescription: "before one has asked for sockets",
            filter: ["-e", "inject=?epoll_wait,epoll_pwait:signal=SIGSTOP:when=1"])
        /// The one walk begins with its folder.
        static let beforeProcesses = Moment(
            testDescription: "before one has looked for processes",
            filter: ["-P", "/proc", "-e", "inject=openat:signal=SIGSTOP:when=1"])
    }

    @Test(
        "with its socket: nobody is accused, and the port is held",
        arguments: [Moment.beforeSockets, .beforeProcesses])
    func gone(moment: Moment) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying("it = bind(4000)")
            let daemon = try room.startStopping(moment.filter)

            holder.send(SIGTERM)
            try holder.wait()
            try daemon.goOn()

            let end = daemon.strace.waitForError { $0 == "4000/tcp: held again for 'svc'" }
            #expect(end != nil, room.story)
            #expect(!daemon.errorLines.contains { $0.contains("in use by") }, room.story)
            #expect(isHeld("4000/tcp"), room.story)
            try daemon.end()
        }
    }

    @Test(
        "and its child has the socket: that is named",
        arguments: [Moment.beforeSockets, .beforeProcesses])
    func inherited(moment: Moment) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying(
                """
                it = bind(4000)
                print("heir", child(signal.pause), file=sys.stderr)
                """)
            let daemon = try room.startStopping(moment.filter)

            holder.send(SIGTERM)
            try holder.wait()
            try daemon.goOn()

            let heir = try room.heir(of: holder)
            let line = daemon.strace.waitForError { $0.contains("in use by") }
            #expect(line?.contains("'python3' (pid \(heir), uid 0)") == true, room.story)
            try daemon.end()
        }
    }

    @Test(
        "and another one has bound: that is named",
        arguments: [Moment.beforeSockets, .beforeProcesses])
    func replaced(moment: Moment) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying("it = bind(4000)")
            let daemon = try room.startStopping(moment.filter)

            holder.send(SIGTERM)
            try holder.wait()
            let other = try room.startStaying("it = bind(4000)")
            try daemon.goOn()

            let line = daemon.strace.waitForError { $0.contains("in use by") }
            #expect(line?.contains("'python3' (pid \(other.innerPid), uid 0)") == true, room.story)
            try daemon.end()
        }
    }
}

@Suite("life: a busy port whose holder goes and nothing tells of it")
struct QuietHolderTests {
    @Test(
        "is tried every 30 s, and its being held is said",
        .enabled(if: isThere(vxlan), "needs vxlan"))
    func tried() throws {
        try Room.run { room in
            room.configure("svc", "4000/udp\n")
            let holder = try room.startStaying(tunnel)
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())
            #expect(daemon.program.waitForError { $0.contains("in use by") } != nil, room.story)

            let client = try room.runPython(
                life + clock + """
                    for second in range(5):
                        # Behind the tries after 1, 10 and 100 ms.
                        ahead(second)
                        same("at first", record(4000)["state"], "busy")
                    subprocess.run(["ip", "link", "delete", "tunnel"], check=True)
                    ahead(20)
                    same("before 30 s", record(4000)["state"], "busy")
                    ahead(40)
                    becomes(4000, "held")
                    """, "-")

            #expect(client.status == 0, room.story)
            #expect(daemon.hears("4000/udp: held again for 'svc'"), room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }
}

@Suite("life: a busy port whose holder has it from somebody else")
struct HeirTests {
    @Test(
        "is said to have inherited it, where cgroups tell",
        .enabled(if: hasCgroups, "needs a writable cgroup2"),
        arguments: ["'heir.service'", nil], [true, false])
    func inherited(unit: String?, isMakerRemoved: Bool) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying(
                """
                maker = cgroup("maker.service")
                home = \(unit.map { "cgroup(\($0))" } ?? "HOME")
                heard, said = os.pipe()
                def heir():
                    join(home)
                    os.write(said, b"%d" % os.getpid())
                    signal.pause()
                def make():
                    it = bind(4000)
                    child(heir)
                end(in_cgroup(maker, make))
                pid = int(os.read(heard, 16))
                atexit.register(lambda: os.kill(pid, signal.SIGKILL))
                if \(isMakerRemoved ? "True" : "False"): os.rmdir(maker)
                print("heir", pid, file=sys.stderr)
                """)

            let daemon = try room.startDaemon("-f", "--stay")

            let place = unit.map { ", \($0)" } ?? ""
            let said = "in use by 'python3' (pid \(try room.heir(of: holder)), uid 0\(place)), "
            let line = daemon.program.waitForError { $0.contains("in use by") }
            #expect(line?.contains(said + "which inherited it, ") == true, room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }

    @Test("is not called the kernel by a daemon that may not look into processes")
    func hidden() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let holder = try room.startStaying("it = bind(4000)")

            let daemon = try room.startDaemon(["-f", "--stay"], with: .withoutLooking)

            let line = daemon.program.waitForError { $0.contains("in use by") }
            #expect(
                line?.contains("in use by somebody whom the kernel does not show, ") == true,
                room.story)
            let client = try room.runPython(
                life + "same('holder', record(4000).get('holder'), None)", "-")
            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
            holder.send(SIGTERM)
            try holder.wait()
        }
    }
}

extension Setting {
    /// Root that may not look into a process which may do more.
    fileprivate static let withoutLooking = Self(wrapper: [
        "setpriv", "--bounding-set=-sys_ptrace,-dac_read_search",
    ])
}

extension Room {
    fileprivate func startStopping(_ filter: [String]) throws -> Traced {
        try startStopping(filter, options: withoutGuard(["-f", "--stay"]))
    }

    /// The pid that the holder's script has told of.
    fileprivate func heir(of holder: Program) throws -> String {
        guard let line = holder.errorLines.first(where: { $0.hasPrefix("heir ") }) else {
            throw Trouble("no heir: \(holder.story)")
        }
        return String(line.dropFirst(5))
    }
}
