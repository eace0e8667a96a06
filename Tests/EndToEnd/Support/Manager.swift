/// A service manager that a script plays: it hears what the daemon says of itself, keeps its vault,
/// and starts the next instance with it.
///
///     try playManaged(["svc": "4000/tcp\n"], """
///         manager.begins()
///         manager.kill()
///         holds("kept", not may_bind(4000))
///         manager.begins()
///         """)
///
/// It is no systemd, but a test can put into the vault what no daemon would, and look at each
/// socket. Datagrams to it wait until the test looks: `hears()`, `status()`.

import Testing

/// Plays the script in a room with such files in /etc/portreserve.
func playManaged(_ files: [String: String], _ script: String) throws {
    try Room.run { room in
        for (service, text) in files { room.configure(service, text) }

        let end = try room.runPython(
            life + manager + script, Programs.path(of: "portrelease"),
            Programs.path(of: "portreserve"))

        #expect(end.status == 0, room.story)
    }
}

/// Goes in front of a script, behind `life`.
private let manager = """
    import ctypes, fcntl
    PORTRESERVE, NOTIFY, SOCKET = sys.argv[2], "/run/notify", "/run/portreserve/socket"
    class Manager:
        def __init__(self, room=512, most=4):
            # As systemd does; what was the sysctl when a socket was made is its room.
            with open("/proc/sys/net/unix/max_dgram_qlen", "w") as it: it.write(str(room))
            self.socket = sock(socket.SOCK_DGRAM, family=socket.AF_UNIX)
            self.socket.bind(NOTIFY)
            self.socket.setblocking(False)
            self.told, self.store, self.pid = [], {}, None
            self.most = most
            self.heard, self.errors, self.story = None, b"", ""
            atexit.register(self.leave)
        def leave(self):
            self.kill()
            if failures: print(self.story, *self.told, sep="\\n", file=sys.stderr)

        def start(self, *options, wrapper=[], cgroup=None):
            # The next instance, with what the last one has left.
            heard, say = os.pipe()
            os.set_blocking(heard, False)
            line = [*wrapper, PORTRESERVE, *(options or ["-f", "--stay", "--no-guard"])]
            def execute():
                if cgroup: join(cgroup)
                os.dup2(say, 2)
                its = {"NOTIFY_SOCKET": NOTIFY, "PATH": os.environ["PATH"]}
                # systemd has them in any order.
                names = sorted(self.store, reverse=True)
                for number, name in enumerate(names): os.dup2(self.store[name], 3 + number)
                if names: its |= {"LISTEN_FDS": str(len(names)), "LISTEN_FDNAMES": ":".join(names),
                                  "LISTEN_PID": str(os.getpid())}
                os.execvpe(line[0], line, its)
            self.told, self.errors = [], b""
            self.pid = child(execute)
            os.close(say)
            if self.heard is not None: os.close(self.heard)
            self.heard = heard
        def begins(self, *options, **how):
            self.start(*options, **how)
            until("READY=1", lambda: "READY=1" in self.hears())
        def fails(self, *options):
            # A start that comes to nothing, and what is said of it.
            self.start(*options)
            def has_ended():
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid: same("its status", os.waitstatus_to_exitcode(status), 1)
                return pid
            if until("it fails", has_ended): self.pid = None
            else: self.kill()
            return self.said()
        def signal(self, number): os.kill(self.pid, number)
        def kill(self):
            if self.pid is None: return
            self.signal(signal.SIGKILL)
            end(self.pid)
            self.pid = None
            self.said()
            self.hears()
        def stop(self):
            self.signal(signal.SIGTERM)
            same("the daemon's end", end(self.pid), 0)
            self.pid = None

        def hears(self):
            # All lines since the start.
            while True:
                try: text, fds, _, _ = socket.recv_fds(self.socket, 4096, 8)
                except BlockingIOError: return self.told
                lines = text.decode().split("\\n")
                self.told += lines
                name = next((it[7:] for it in lines if it.startswith("FDNAME=")), None)
                if "FDSTORE=1" in lines and len(self.store) < self.most:
                    # Out of the way of the numbers that they will have.
                    self.store[name] = fcntl.fcntl(fds[0], fcntl.F_DUPFD_CLOEXEC, 10)
                for fd in fds: os.close(fd)
                if "FDSTOREREMOVE=1" in lines: self.forget(name)
        def forget(self, *names):
            # All without a name.
            for name in names or list(self.store):
                if name in self.store: os.close(self.store.pop(name))
        @property
        def vault(self): return self.store.get("vault")
        def status(self):
            its = [it for it in self.hears() if it.startswith("STATUS=")]
            return its[-1].removeprefix("STATUS=") if its else None
        def has_status(self, text):
            until(text, lambda: self.status() == text)
            same("the status", self.status(), text)
        def said(self):
            # Lines on standard error since the start.
            while True:
                try: more = os.read(self.heard, 65536)
                except BlockingIOError: more = b""
                if not more: return self.errors.decode().split("\\n")[:-1]
                self.errors += more
                self.story += more.decode()
        def is_said(self, words): until(words, lambda: any(words in it for it in self.said()))

        def sockets(self):
            # For each port and kind the kernel's number for its hold.
            owner, its = os.pidfd_open(self.pid), {}
            libc = ctypes.CDLL(None, use_errno=True)
            for fd in os.listdir(f"/proc/{self.pid}/fd"):
                # What a client has left may be closed meanwhile.
                try: link = os.readlink(f"/proc/{self.pid}/fd/{fd}")
                except FileNotFoundError: continue
                if not link.startswith("socket:"): continue
                copy = libc.syscall(438, owner, int(fd), 0)  # pidfd_getfd
                if copy < 0: continue
                with socket.socket(fileno=copy) as it:
                    if it.family in [socket.AF_INET, socket.AF_INET6] and it.getsockname()[1]:
                        its[it.getsockname()[1], it.type.name] = link
            os.close(owner)
            return its
        def queue(self): return socket.socket(fileno=os.dup(self.vault))
        def put(self, record, *its):
            # As the daemon does; `its` have descriptors.
            with self.queue() as queue:
                fds = [it.fileno() for it in its]
                socket.send_fds(queue, [b"portreserve 1 " + record], fds)
        def records(self):
            # By key, without those that are only to be taken out; all stay where they are. Where
            # one looks is a matter of the socket, so it is for the time without a daemon.
            same("an instance that looks too", self.pid, None)
            its, PEEK_OFF = {}, 42
            with self.queue() as queue:
                queue.setsockopt(socket.SOL_SOCKET, PEEK_OFF, 0)
                while True:
                    try: it = queue.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT)
                    except BlockingIOError: break
                    key, _, body = it.removeprefix(b"portreserve 1 ").partition(b"\\0")
                    its[key.decode()] = body.decode()
                queue.setsockopt(socket.SOL_SOCKET, PEEK_OFF, -1)
            return {key: body for key, body in its.items() if body or key == "guard"}
    manager = Manager()
    def configure(name, text):
        with open(f"/etc/portreserve/{name}", "w") as it: it.write(text)
    def ends_its_turn():
        # What it has said may be of a turn that is not over.
        Varlink().call(SERVICE + "GetInfo")
    def hold(service):
        answer = Varlink().call("Hold", {"service": service})["parameters"]
        ends_its_turn()
        return answer

    """
