/// CASES.md, "The gap between stop and start": servers that come back to a port which others draw.
///
/// `share` is what closes the gap today, for tcp servers that set SO_REUSEADDR. The gap without it
/// is measured in ServiceStopsTests.

import Glibc
import Testing

@Suite("field: between stop and start")
struct RestartFieldTests {
    @Test("C13: four bricks of one range restart together 25 times, and each binds its own port")
    func bricks() throws {
        try replay(
            ["gluster-bricks": "40000-40003/tcp share\n"], automatic: 40000...40007,
            """
            answer(5000)
            PORTS = range(40000, 40004)
            thieves = Thieves(*[keeping(lambda: connect(5000), PORTS) for _ in range(2)])
            refused = 0
            for turn in range(25):
                thieves.try_more(5)
                bricks = [try_bind(port, reuse=True) for port in PORTS]
                refused += bricks.count(None)
                # Each port is let go alone: three that are up leave the fourth one shut.
                if bricks[3]: bricks[3].close()
                thieves.try_more(5)
                again = try_bind(40003, reuse=True)
                refused += not again
                for it in bricks[:3] + [again]:
                    if it: it.close()
            stolen, tries = thieves.end()
            loses("starts", refused, of=5 * (turn + 1), least=125)
            loses("their ports", stolen, of=tries, least=500)
            """)
    }

    @Test(
        "C15: four workers reserve by file and reload, and each server gets the port it is told"
    )
    func workers() throws {
        try replay(
            [:], automatic: 40000...40063,
            leases + """
                answer(5000)
                ways = [lambda: connect(5000), draw]
                thieves = Thieves(*[keeping(way, [], most=8) for way in ways])
                def worker(number):
                    lost = 0
                    for turn in range(10):
                        port = lease(f"worker{number}")
                        thieves.try_more(20)
                        # Whoever asks before the server is up is refused, and meets no stranger.
                        if HELD: same("early", is_answered(port), False)
                        server = try_bind(port, reuse=True)
                        lost += not server or not serves(server, b"%d" % number)
                        if server: server.close()
                        give_back(f"worker{number}")
                    return 99 if failures else lost
                workers = [child(lambda: worker(number)) for number in range(4)]
                lost = [end(pid) for pid in workers]
                holds(f"workers {lost}", max(lost) <= 10)
                loses("servers", sum(lost), of=40)
                stolen, tries = thieves.end()
                holds(f"{tries} tries", tries >= 400)
                """)
    }

    @Test(
        "C16: a server that stops and starts has its ports again, among three kinds of thieves"
    )
    func samePort() throws {
        try replay(
            ["server": "749/tcp share\n40002-40003/tcp share\n"], automatic: 40000...40007,
            """
            answer(5000)
            # Of the ports that bindresvport can draw one is left.
            others = [bind(port) for port in range(512, 1024) if port != 749]
            library = ctypes.CDLL("libc.so.6", use_errno=True)
            def by_bindresvport():
                it = sock()
                if not library.bindresvport(it.fileno(), None): return it
                holds(f"errno {ctypes.get_errno()}", ctypes.get_errno() == errno.EADDRINUSE)
                it.close()
            PORTS = [749, 40002, 40003]
            # connect() prefers the even ports of the range, bind() the odd ones.
            ways = [by_bindresvport, lambda: connect(5000), draw]
            thieves = Thieves(*[keeping(way, PORTS) for way in ways])
            refused, its = [], []
            for turn in range(30):
                for it in its: it.close()
                thieves.try_more(3)
                its = [try_bind(port, reuse=True) for port in PORTS]
                refused += [port for port, it in zip(PORTS, its) if not it]
                its = [it for it in its if it]
            stolen, tries = thieves.end()
            for port in PORTS: loses(f"{port}", refused.count(port), of=turn + 1, least=30)
            loses("the ports", stolen, of=tries, least=270)
            """)
    }

    @Test("C17: what a set-up program reserved outlives it; the port that it forgot is lost")
    func supervised() throws {
        try replay(
            [:], automatic: 40000...40007,
            leases + """
                answer(5000)
                def set_up():
                    if HELD: write("nbs", "40002/tcp share\\n")
                same("set up", end(child(set_up)), 0)
                thieves = Thieves(*[keeping(lambda: connect(5000), [40002]) for _ in range(3)])
                lost = {40002: 0, 40004: 0}
                for turn in range(25):
                    # The supervisor brings back what the fault injector has killed.
                    for port in lost:
                        pid, is_bound, tell = serve([port], reuse=True)
                        lost[port] += not is_bound
                        os.kill(pid, signal.SIGKILL)
                        end(pid)
                        os.close(tell)
                    thieves.try_more(3)
                stolen, tries = thieves.end()
                loses("starts", lost[40002], of=turn + 1, least=25)
                loses("40002", stolen, of=tries, least=225)
                holds("the forgotten port is lost", lost[40004] > 0)
                """)
    }
}

/// Reserving a port while the daemon runs: a file and a reload.
private let leases = """
    import contextlib, fcntl
    @contextlib.contextmanager
    def alone():
        # Two workers must not come upon the same port, nor reload while the other one writes.
        with open("/run/lease", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    def write(service, text):
        path = f"/etc/portreserve/{service}"
        if text: open(path, "w").write(text)
        else: os.unlink(path)
        reply = Varlink().call("Reload", {})
        same("reload", reply["parameters"].get("diagnostics"), [])
    def lease(service):
        # A port that is free now, kept by the daemon where there is one.
        with alone():
            while True:
                with bind(0) as it: port = source(it)
                if not HELD: return port
                write(service, f"{port}/tcp share\\n")
                if record(port, service)["state"] == "held": return port
    def give_back(service):
        if not HELD: return
        with alone(): write(service, "")
    def is_answered(port):
        with sock() as it: return it.connect_ex(("127.0.0.1", port)) != errno.ECONNREFUSED
    def serves(server, word):
        # Whether a client that comes to it is answered by it.
        with sock() as client:
            client.connect(("127.0.0.1", source(server)))
            with server.accept()[0] as it: it.sendall(word)
            return client.recv(8) == word

    """
