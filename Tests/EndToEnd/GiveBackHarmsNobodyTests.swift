/// `portreserve --give-back`, which removes what a daemon that is gone has left.

import Testing

@Suite("--give-back")
struct GiveBackHarmsNobodyTests {
    @Test("beside a daemon that lives, or has a vault, waits a second, and fails")
    func refused() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            givingBack + """
                manager.begins()
                write_reserved()
                before = left()
                same("there", sorted(before), ["control", "lock", "reserved-ports", "socket"])
                for why in [f"already running (pid {manager.pid})", "already running"]:
                    status, said, seconds = give_back()
                    same("its answer", (status, said), (1, f"portreserve: {why}\\n"))
                    holds(f"it took {seconds} s", 1 <= seconds < 3)
                    same("left", left(), before)
                    same("reserved", content(RESERVED), "40000,40005\\n")
                    if manager.pid is None: break
                    same("answers", record(4000)["state"], "held")
                    manager.kill()
                manager.begins()
                # One without the guard reserves none.
                del before["reserved-ports"]
                same("the next instance's", left(), before)
                """)
    }

    @Test("takes all that a daemon has left, as soon as the store has let go of the lock")
    func waits() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            givingBack + """
                manager.begins()
                write_reserved()
                manager.kill()
                threading.Timer(0.3, manager.forget).start()
                status, said, seconds = give_back()
                same("its answer", (status, said), (0, ""))
                holds(f"it took {seconds} s", 0.3 <= seconds < 1)
                same("left", left(), {})
                same("reserved", content(RESERVED), "40005\\n")
                same("free", may_bind(4000), True)
                same("and once more", give_back()[:2], (0, ""))
                """)
    }
}

/// Goes in front of each script.
private let givingBack = """
    RESERVED = "/proc/sys/net/ipv4/ip_local_reserved_ports"
    def content(path): return open(path).read()
    def left():
        # Each file that is, by its number.
        folder = "/run/portreserve"
        names = os.listdir(folder) if os.path.exists(folder) else []
        return {name: os.stat(f"{folder}/{name}").st_ino for name in names}
    def write_reserved():
        # As a daemon with the guard does; 40005 is somebody else's.
        with open("/run/portreserve/reserved-ports", "w") as it: it.write("40000")
        with open(RESERVED, "w") as it: it.write("40000,40005\\n")
    def give_back():
        begun = time.monotonic()
        it = subprocess.run([PORTRESERVE, "--give-back"], capture_output=True, text=True,
                            timeout=20)
        return it.returncode, it.stdout + it.stderr, time.monotonic() - begun

    """
