/// Services and what becomes of them, in Python: they bind, close, fork, live in cgroups, and end.
///
///     let client = try room.runPython(life + """
///         release("cups")
///         it = bind(631)
///         """, portrelease)
///
/// `sys.argv[1]` is portrelease. Cgroups are the test's own, and removed at its end.

import Foundation

/// Whether tests can make cgroups of their own: cgroup2 is mounted, and writable.
let hasCgroups: Bool = {
    let mounts = try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
    for line in (mounts ?? "").split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let dash = words.firstIndex(of: "-"), words[dash + 1] == "cgroup2" else { continue }
        let probe = "\(words[4])/portreserve-e2e-\(UUID().uuidString)"
        guard unsafe mkdir(probe, 0o755) == 0 else { return false }
        return unsafe rmdir(probe) == 0
    }
    return false
}()

/// Each way for a service to live that can be had here: in no unit, and in one.
let waysToLive = hasCgroups ? [false, true] : [false]

/// Goes in front of a script, behind the Varlink client's own lines.
let life = """
    import atexit, errno, select, struct, subprocess, threading
    PORTRELEASE = sys.argv[1]
    def release(*names):
        return subprocess.run([PORTRELEASE, *names], timeout=20).returncode
    def sock(kind=socket.SOCK_STREAM, reuse=False, family=socket.AF_INET):
        it = socket.socket(family, kind)
        if reuse: it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return it
    def bind(port, kind=socket.SOCK_STREAM, reuse=False, address="0.0.0.0"):
        it = sock(kind, reuse, socket.AF_INET6 if ":" in address else socket.AF_INET)
        try: it.bind((address, port))
        except OSError:
            it.close()
            raise
        if kind == socket.SOCK_STREAM: it.listen()
        return it
    def try_bind(*what, **how):
        try: return bind(*what, **how)
        except OSError as error:
            if error.errno != errno.EADDRINUSE: raise
            return None
    def record(port, service=None):
        for reply in Varlink().all("List"):
            it = reply["parameters"].get("reservation")
            if it and it["endpoint"]["port"] == port and service in [None, it["service"]]: return it
    def until(what, truth, seconds=15):
        end = time.monotonic() + seconds
        while not truth():
            if time.monotonic() > end:
                same(what, "never", "in time")
                return False
            time.sleep(0.002)
        return True
    def becomes(port, state, seconds=15):
        return until(f"{port} {state}", lambda: record(port)["state"] == state, seconds)
    def mount_of_cgroup2():
        for line in open("/proc/self/mountinfo"):
            left, right = line.split(" - ")
            if right.split()[0] == "cgroup2": return left.split()[4]
    TREE = f"{mount_of_cgroup2()}/portreserve-e2e-{os.getpid()}-{random.randrange(10**9)}"
    made = []
    def cgroup(name):
        if not made:
            os.mkdir(TREE)
            made.append(TREE)
        path = f"{TREE}/{name}"
        os.mkdir(path)
        made.append(path)
        return path
    def join(path): open(path + "/cgroup.procs", "w").write("0")
    HOME = (mount_of_cgroup2() or "") + "".join(
        l.split("::")[1].strip() for l in open("/proc/self/cgroup") if l.startswith("0::"))
    def leave_cgroups():
        try: join(HOME)
        except OSError: pass
        for path in reversed(made):
            for _ in range(100):
                try: os.rmdir(path)
                except OSError as error:
                    if error.errno == errno.ENOENT: break
                    time.sleep(0.02)
                else: break
    def remove(path):
        # Populated until the last process is reaped.
        def is_gone():
            try: os.rmdir(path)
            except OSError as error:
                if error.errno != errno.EBUSY: raise
                return False
            return True
        until(f"{path} removed", is_gone)
        made.remove(path)
    def child(body):
        pid = os.fork()
        if pid: return pid
        atexit.unregister(leave_cgroups)
        try: status = body() or 0
        except BaseException as error:
            print(f"child: {error!r}", file=sys.stderr)
            status = 9
        os._exit(status)
    def in_cgroup(path, body):
        def inside():
            join(path)
            return body()
        return child(inside)
    def end(pid): return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    def serve(ports, path=None, reuse=False, kind=socket.SOCK_STREAM):
        # A service that binds after its release and lives until it is told to end.
        (said, say), (told, tell) = os.pipe(), os.pipe()
        def body():
            os.close(tell)
            its = [try_bind(port, kind, reuse) for port in ports]
            os.write(say, b"y" if all(its) else b"n")
            os.read(told, 1)
        pid = in_cgroup(path, body) if path else child(body)
        os.close(told); os.close(say)
        return pid, os.read(said, 1) == b"y", tell
    atexit.register(leave_cgroups)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    def stay():
        print("up", file=sys.stderr, flush=True)
        while True: signal.pause()

    """

extension Room {
    /// Starts somebody who does as the script says and then stays until SIGTERM; returns when he does.
    func startStaying(_ script: String) throws -> Program {
        let program = try startPython(life + script + "\nstay()\n", ["-"])
        guard program.waitForError(where: { $0 == "up" }) != nil else {
            throw Trouble("it does not stay: \(program.story)")
        }
        return program
    }
}
