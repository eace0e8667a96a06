/// Services whose sockets are in more than one process, or outlive the one that bound them: an
/// endpoint is not held while anybody has it, and is held when nobody has.

import Glibc
import Testing

/// Where a service lives, and what becomes of that place when its processes are gone.
enum Home: String, CaseIterable, CustomTestStringConvertible {
    case noUnit = "in no unit"
    case removedUnit = "in a unit that is removed with it"
    case emptyUnit = "in a unit that stays, empty"

    static let all = hasCgroups ? allCases : [.noUnit]
    static let units = all.filter { $0 != .noUnit }

    var testDescription: String { rawValue }

    /// Its directory, whether that stays, and how long its endpoints are idle: DESIGN.md section 6.
    fileprivate var script: String {
        switch self {
        case .noUnit: "path, stays, span = None, False, 1\n"
        case .removedUnit: "path, stays, span = cgroup('svc.service'), False, 0\n"
        case .emptyUnit: "path, stays, span = cgroup('svc.service'), True, 2\n"
        }
    }
}

@Suite("life: a service of several processes")
struct ForkingServiceTests {
    @Test("that forks workers: held when the last of all is gone", arguments: Home.all)
    func prefork(home: Home) throws {
        try play(
            home,
            """
            def service():
                its = bind_both()
                say([os.getpid(), *(child(signal.pause) for _ in range(3))])
                signal.pause()
            svc = start(service, path)
            parent, *workers = hear()
            both_become("serving")
            for pid in [workers.pop(), parent, workers.pop()]: kill(pid)
            lasts()
            is_held_after(lambda: kill(workers.pop()))
            """)
    }

    @Test(
        "whose parent ends first: held when its child is gone", arguments: Home.all, [true, false])
    func daemon(home: Home, isKnown: Bool) throws {
        try play(
            home,
            """
            def service():
                its = bind_both()
                if \(isKnown ? "True" : "False"):
                    # The child is one that nobody has seen yet.
                    for port in [4000, 4001]: is_of(port, os.getpid())
                say(child(signal.pause))
            svc = start(service, path)
            worker = hear()
            both_become("serving")
            lasts()
            is_held_after(lambda: kill(worker))
            """)
    }

    @Test(
        "that leaves a program behind with its sockets: held when that is gone", arguments: Home.all
    )
    func leftBehind(home: Home) throws {
        try play(
            home,
            """
            def service():
                its = bind_both()
                fds = [it.fileno() for it in its]
                say(subprocess.Popen(["sleep", "1000"], pass_fds=fds).pid)
                both_become("serving")
            svc = start(service, path)
            helper = hear()
            both_become("serving")
            lasts()
            is_held_after(lambda: kill(helper))
            """)
    }

    @Test("of more workers than are waited for at once: held when all are gone")
    func manyWorkers() throws {
        try play(
            .noUnit,
            """
            def service():
                its = bind_both()
                say([os.getpid(), *(child(signal.pause) for _ in range(300))])
                signal.pause()
            svc = start(service)
            *others, last = hear()
            both_become("serving")
            for pid in others: kill(pid)
            lasts()
            is_held_after(lambda: kill(last))
            """)
    }

    @Test(
        "whose sockets are left to a process elsewhere: held when that is gone",
        arguments: Home.units, ["helper.service", "user.slice/session-1.scope"])
    func elsewhere(home: Home, place: String) throws {
        try play(
            home,
            """
            *slices, place = "\(place)".rpartition("/")
            if slices[0]: cgroup(slices[0])
            other = cgroup("\(place)")
            def helper():
                join(other)
                say(os.getpid())
                signal.pause()
            def service():
                its = bind_both()
                child(helper)
                both_become("serving")
            svc = start(service, path)
            pid = hear()
            if not stays: remove(path)
            for port in [4000, 4001]: is_of(port, pid)
            lasts()
            path = None if slices[0] else other
            is_held_after(lambda: kill(pid))
            """)
    }
}

extension ForkingServiceTests {
    /// Runs a script in front of which stands what is common to all of them.
    private func play(_ home: Home, _ script: String) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n4001/udp\n")
            let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())

            let client = try room.runPython(
                life + units + clock + common + "watch()\n" + home.script + script,
                try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(isHeld("4000/tcp") && isHeld("4001/udp"), room.story)
            #expect(daemon.hears("4000/tcp: held again for 'svc'"), room.story)
            #expect(daemon.hears("4001/udp: held again for 'svc'"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

private let common = """
    heard, said = os.pipe()
    def say(it): os.write(said, json.dumps(it).encode() + b"\\n")
    def hear(): return json.loads(os.fdopen(os.dup(heard)).readline())
    def kill(pid):
        os.kill(pid, signal.SIGKILL)
        until(f"{pid} dead", lambda: is_dead(pid))
    def is_dead(pid):
        try: return open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[0] == "Z"
        except (FileNotFoundError, ProcessLookupError): return True
    def bind_both():
        release("svc")
        return bind(4000), bind(4001, socket.SOCK_DGRAM)
    def both_become(state):
        for port in [4000, 4001]: becomes(port, state)
    def is_of(port, pid):
        until(f"{port} of {pid}", lambda: record(port).get("holder", {}).get("pid") == pid)
    def lasts():
        # Longer than any idle endpoint waits, from whichever turn of its loop the daemon knows it.
        for turn in range(10):
            ahead(20 * turn + 20)
            both_become("serving")
        for port in [4000, 4001]: is_told(port, "held", "serving")
    def is_held_after(end_all):
        began = time.monotonic()
        end_all()
        has_ended(svc)
        if path and not stays:
            began = time.monotonic()
            remove(path)
        both_become("held")
        for port in [4000, 4001]:
            is_told(port, "held", "serving", "held")
            took = told_at(port, "held") - began
            if not span - 0.005 < took < span + 8: same("held again after", took, f"{span} s")

    """
