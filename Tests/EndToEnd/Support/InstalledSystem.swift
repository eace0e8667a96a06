/// A booted Debian with the installed files: our units, enabled, the generator and the programs.
///
///     try playInstalled(["/etc/portreserve/cups": "631\n"], """
///         becomes(631, "serving")
///         """)
///
/// A script has, beside what every booted one has, the daemon to kill and to restart, and thieves:
/// each is a unit of its own, never pauses, and counts what it tries and what it gets.

import Glibc
import Testing

/// Boots it with `files` and `links` in it, and expects nothing wrong of the script.
///
/// `target`: what the unit says that wants it.
func playInstalled(
    _ files: [String: String], links: [String: String] = [:], wantedBy target: String = "sysinit",
    state: String = "running", _ script: String
) throws {
    try Room.run { room in
        var (files, links) = (files, links)
        for name in room.names(in: unitFolder) where name.hasSuffix(".service") {
            files["/usr/lib/systemd/system/\(name)"] = room.read("\(unitFolder)/\(name)")
        }
        files["/usr/local/lib/thief.py"] = thief
        files["/usr/local/lib/storm.py"] = storm
        links["/etc/systemd/system/\(target).target.wants/portreserve.service"] =
            "/usr/lib/systemd/system/portreserve.service"

        let end = try room.boot(
            files, links: links, generating: true, state: state, installed + script)

        #expect(end.status == 0, room.story)
    }
}

/// Lines that end no unit's restarts for being many.
let withoutStartLimit = "[Unit]\nStartLimitIntervalSec=0\n"

/// A daemon that is dead is so until `restart()`.
let restartedByHand = dropIn(for: "portreserve.service", "[Service]\nRestartSec=1h\n")

/// A drop-in for a unit, by its path, which systemd reads at the boot.
func dropIn(for unit: String, _ text: String) -> [String: String] {
    ["/etc/systemd/system/\(unit).d/test.conf": text]
}

private let unitFolder =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4)
    .joined(separator: "/") + "/systemd"

/// Goes in front of each script.
private let installed = """
    import ctypes, mmap
    DAEMON, STATE_UNIT = "portreserve.service", "portreserve-state.service"
    RESERVED = "/proc/sys/net/ipv4/ip_local_reserved_ports"
    def content(path): return open(path).read()
    def daemon():
        # Its pid: an instance that has the lock has written it there.
        try: return int(content("/run/portreserve/lock"))
        except (OSError, ValueError): return None
    def records(*ports):
        # Who asks while there is no daemon is answered by the next one.
        its = [it["parameters"].get("reservation") for it in Varlink().all("List")]
        return [it for it in its if it and it["endpoint"]["port"] in ports]
    def states_of(*ports): return {it["state"] for it in records(*ports)}
    def is_another_than(pid):
        until("another instance", lambda: daemon() not in [pid, None])
        records()
    def kill():
        pid = daemon()
        os.kill(pid, signal.SIGKILL)
        is_another_than(pid)
    def is_dead(): return shown(DAEMON, "SubState") == "auto-restart"
    def dies():
        os.kill(daemon(), signal.SIGKILL)
        until("dead", is_dead)
    def restart():
        pid = daemon()
        run("systemctl", "restart", DAEMON)
        holds("it is another instance", daemon() != pid)
    def change(unit, text):
        # Replaces what the test changes of a unit; nothing: it is as it was installed.
        folder = f"/etc/systemd/system/{unit}.d"
        os.makedirs(folder, exist_ok=True)
        open(f"{folder}/test.conf", "w").write(text)
        run("systemctl", "daemon-reload")
    def serves(port):
        becomes(port, "serving")
        for address in ["127.0.0.1", "::1"]: socket.create_connection((address, port), 20).close()
    def ways(*ports):
        return [(port, address, kind) for port in ports for address in ["0.0.0.0", "::"]
                for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]]
    def free(*ports): return [it for it in ways(*ports) if may_bind(*it)]
    def become_free(*ports):
        # From systemd 254 on what was stored is closed beside it, and so a moment after a stop.
        until(f"{ports} free", lambda: free(*ports) == ways(*ports))
    def bpf(command, request, size=64):
        libc = ctypes.CDLL(None, use_errno=True)
        room = ctypes.create_string_buffer(request, size)
        number = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
        answer = libc.syscall(number, command, room, size)
        if answer < 0: raise OSError(ctypes.get_errno(), f"bpf {command}")
        return answer, room.raw
    def programs():
        # What the kernel asks in this system about binds, as the hash of each program.
        root, tags = os.open("/sys/fs/cgroup", os.O_RDONLY), []
        for hook in [8, 9, 12, 13, 34]:
            ids = (ctypes.c_uint32 * 8)()
            ask = struct.pack("=IIIIQII", root, hook, 0, 0, ctypes.addressof(ids), 8, 0)
            for number in ids[:struct.unpack_from("=I", bpf(16, ask)[1], 24)[0]]:
                fd, info = bpf(13, struct.pack("=I", number))[0], ctypes.create_string_buffer(256)
                bpf(15, struct.pack("=IIQ", fd, 256, ctypes.addressof(info)))
                os.close(fd)
                tags.append((hook, info.raw[8:16].hex()))
        os.close(root)
        return tags
    class Thief:
        # Tries, and what they got, for each way it has.
        def __init__(self, name, *ports, user="root"):
            # The directory that is his, and the unit.
            run("systemd-run", "--quiet", f"--unit={name}.service", "-p", f"User={user}",
                "-p", f"RuntimeDirectory={name}", "/usr/bin/python3", "-I",
                f"/usr/local/lib/{name}.py", *map(str, ports))
            self.name, path = name, f"/run/{name}/counts"
            until(f"{name} is there", lambda: os.path.exists(path))
            with open(path, "rb") as it:
                shared = mmap.mmap(it.fileno(), os.path.getsize(path), prot=mmap.PROT_READ)
                self.counts = memoryview(shared).cast("Q")
            self.goes_on()
        def tries(self): return self.counts[::2]
        def goes_on(self):
            before = list(self.tries())
            until(f"{self.name} tries all",
                  lambda: all(n > m + 2 for n, m in zip(self.tries(), before)), 60)
        def has_nothing(self, when):
            self.goes_on()
            print(f"{when}: {self.name}: {sum(self.tries())} tries", flush=True)
            same(f"thefts, {when}", list(self.counts[1::2]), [0] * len(self.tries()))
            same(f"{self.name} runs", shown(f"{self.name}.service", "ActiveState"), "active")

    """

private let counted = """
    import errno, mmap, os, socket, sys
    # For each way how often it was tried, and how often that got something.
    def counters(ways):
        path = os.environ["RUNTIME_DIRECTORY"] + "/counts"
        with open(path + ".new", "wb+") as file:
            file.truncate(16 * ways)
            counters = memoryview(mmap.mmap(file.fileno(), 16 * ways)).cast("Q")
        os.rename(path + ".new", path)
        return counters

    """

/// Binds the ports it is told, in turn as different servers would.
private let thief =
    counted + """
        ways = [(int(port), kind, family)
                for port in sys.argv[1:] for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]
                for family in [socket.AF_INET, socket.AF_INET6]]
        counts, turn = counters(len(ways)), 0
        while True:
            turn += 1
            for at, (port, kind, family) in enumerate(ways):
                it = socket.socket(family, kind)
                if family == socket.AF_INET6:
                    it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                if turn % 2: it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                counts[2 * at] += 1
                try:
                    it.bind(("", port))
                    counts[2 * at + 1] += 1
                except OSError as error:
                    if error.errno != errno.EADDRINUSE: raise
                it.close()
        """

/// Opens connections that nobody takes, and is given a port for each: not the one it is told.
private let storm =
    counted + """
        ways = [(kind, address) for kind in [socket.SOCK_STREAM, socket.SOCK_DGRAM]
                for address in ["127.0.0.1", "::1"]]
        counts, port = counters(len(ways)), int(sys.argv[1])
        while True:
            for at, (kind, address) in enumerate(ways):
                it = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, kind)
                counts[2 * at] += 1
                try: it.connect((address, 9))
                except ConnectionRefusedError: pass
                except OSError as error:
                    if error.errno not in [errno.EADDRNOTAVAIL, errno.EAGAIN]: raise
                counts[2 * at + 1] += it.getsockname()[1] == port
                it.close()
        """
