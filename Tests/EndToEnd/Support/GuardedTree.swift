/// The guard where cgroups are the test's own from their root on: `/user.slice` and units.
///
/// The daemon is in a cgroup namespace, as in a container, and so has to find out how deep it is.

import Testing

extension Room {
    /// Plays a script beside a daemon that keeps `4000/tcp` for svc, whose file is `text`.
    func playGuarded(by text: String = "4000/tcp\n", _ script: String) throws {
        configure("svc", text)
        let portrelease = try Programs.path(of: "portrelease")
        let portreserve = try Programs.path(of: "portreserve")

        let end = try runPython(
            life + guardedTree + script + "\nstop_daemon()\n", portrelease, portreserve,
            Thief.path)

        #expect(end.status == 0, story)
    }
}

/// Goes in front of a script, behind `life`: `sys.argv[2]` is portreserve, `sys.argv[3]` a thief.
private let guardedTree = """
    SESSIONS = "user.slice/user-1000.slice"
    for name in ["user.slice", SESSIONS]: cgroup(name)
    def start_daemon():
        # Its cgroup becomes the root that it sees, where a mount of its own shows it.
        join(TREE)
        mount = mount_of_cgroup2()
        it = subprocess.Popen(
            ["unshare", "--cgroup", "--mount", "sh", "-c",
             f'umount -l {mount} && mount -t cgroup2 none {mount} && exec "$0" -f --stay', sys.argv[2]],
            stderr=subprocess.PIPE, text=True)
        join(HOME)
        return it
    said = []
    def listen():
        for line in daemon.stderr:
            print(line, file=sys.stderr, end="")
            said.append(line.rstrip())
    def is_said(words): return until(words, lambda: any(words in line for line in said))
    def reload(**files):
        for name, text in files.items(): open("/etc/portreserve/" + name, "w").write(text)
        said.clear()
        daemon.send_signal(signal.SIGHUP)
        is_said("reloaded")
    daemon = start_daemon()
    threading.Thread(target=listen, daemon=True).start()
    is_said("portreserve: holding")
    holds("the guard is there", not any("no guard" in line for line in said))
    def stop_daemon():
        daemon.send_signal(signal.SIGCONT)
        daemon.terminate()
        same("the daemon's end", daemon.wait(), 0)
    def run_in(path, body): return end(in_cgroup(path, body))
    def release_in(path): same("portrelease", run_in(path, lambda: release("svc")), 0)
    def may_bind_in(path, **how): return run_in(path, lambda: 0 if try_bind(4000, **how) else 1) == 0
    def states():
        return [it["parameters"]["reservation"]["state"] for it in Varlink().all("List")]
    other = cgroup("other.service")
    def refuses_others(): holds("another unit is refused", not may_bind_in(other, reuse=True))
    class Service:
        # Binds at once, and again whenever it is told to, having closed first.
        def __init__(self, path, releases=False, moves_to=None):
            (self.said, say), (told, self.tell) = os.pipe(), os.pipe()
            def body():
                os.close(self.tell)
                if releases: release("svc")
                if moves_to: join(moves_to)
                it = try_bind(4000)
                os.write(say, b"y" if it else b"n")
                while True:
                    word = os.read(told, 1)
                    if it: it.close()
                    if word == b"b":
                        it = try_bind(4000)
                        os.write(say, b"y" if it else b"n")
                    elif word == b"c": os.write(say, b"c")
                    else: return 0
            self.pid = in_cgroup(path, body)
            os.close(told); os.close(say)
        def answer(self): return os.read(self.said, 1).decode()
        def ask(self, word):
            os.write(self.tell, word)
            return self.answer()
        def stop(self):
            # Others have this end of the pipe too.
            os.write(self.tell, b"q")
            os.close(self.tell); os.close(self.said)
            end(self.pid)

    """
