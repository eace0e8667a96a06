/// Reports from the field, each played twice: where nothing is held, which shows the loss, and
/// beside the daemon, where it must not come to it.
///
///     try replay(["web": "9090/tcp\n"], automatic: 9088...9095, """
///         answer(5000)
///         sources = [source(connect(5000)) for _ in range(7)]
///         loses("9090", sources.count(9090), of=len(sources))
///         """)
///
/// Each of the two has a room of its own, so that no TIME_WAIT of the first is in the second's way.
/// A script that counted too few tries fails, and so does one that loses nothing where nothing is
/// held.

import Glibc
import Testing

/// Plays `script` in both ways; the kernel gives automatic ports out of `automatic` only.
func replay(
    _ files: [String: String], automatic: ClosedRange<UInt16>, services: String = Services.redHat,
    _ script: String
) throws {
    let portrelease = try Programs.path(of: "portrelease")
    try Room.run(services: services) { room in
        room.setAutomaticPorts(automatic)
        let free = try room.runPython(life + field + script, portrelease, "free")
        #expect(free.status == 0, "the test proves nothing: \(room.story)")
    }
    try Room.run(services: services) { room in
        room.setAutomaticPorts(automatic)
        for (service, text) in files { room.configure(service, text) }
        let daemon = try room.startDaemon("-f", "--stay")

        let held = try room.runPython(life + field + script, portrelease, "held")

        #expect(held.status == 0, room.story)
        #expect(try daemon.stop() == 0, room.story)
    }
}

/// Goes in front of a script, behind `life`: `sys.argv[2]` says which of the two it is.
let field = """
    import ctypes, mmap
    HELD = sys.argv[2:] == ["held"]
    def loses(what, losses, of, least=1):
        holds(f"{what}: {of} tries and no less than {least}", of >= least)
        if HELD: same(what, losses, 0)
        else: holds(f"{what}: {losses} of {of} lost where nothing is held", losses > 0)
    def source(it): return it and it.getsockname()[1]
    def connect(port, address="127.0.0.1", it=None):
        # It has its port at once, and does not wait for the other side, which may not have seen yet
        # that the last one from that port is gone. Its close is a reset, which leaves no TIME_WAIT.
        # None: no port was left for it.
        it = it or sock()
        it.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        it.setblocking(False)
        refusal = it.connect_ex((address, port))
        if refusal == errno.EADDRNOTAVAIL:
            it.close()
            return None
        holds(f"connect: {refusal}", refusal in [0, errno.EINPROGRESS])
        return it
    def draw(kind=socket.SOCK_STREAM, family=socket.AF_INET):
        # A port as the kernel chooses it at a bind; None: none was left.
        it = sock(kind, family=family)
        if family == socket.AF_INET6: it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try: it.bind(("", 0))
        except OSError as error:
            it.close()
            if error.errno != errno.EADDRINUSE: raise
            return None
        return it
    def attend(body):
        # A child that ends with us.
        atexit.register(os.kill, child(body), signal.SIGKILL)
    def answer(port, address="127.0.0.1"):
        # A server that keeps each connection until its client ends it. To close first would leave
        # FIN_WAIT2, to which a reset can be lost, and which refuses the next one from that port.
        listener = bind(port, address=address)
        def serve():
            waiting, clients = select.poll(), {}
            waiting.register(listener)
            while True:
                for fd, _ in waiting.poll():
                    if fd == listener.fileno():
                        it = listener.accept()[0]
                        clients[it.fileno()] = it
                        waiting.register(it, select.POLLIN)
                    else:
                        waiting.unregister(fd)
                        clients.pop(fd).close()
        attend(serve)
        listener.close()
    class Thieves:
        # Children that try without pause, each by a body that answers how many ports it stole.
        def __init__(self, *bodies):
            self.counts = memoryview(mmap.mmap(-1, 4096)).cast("q")
            self.pids = [child(lambda: self.work(1 + 2 * number, body))
                         for number, body in enumerate(bodies)]
        def work(self, place, body):
            while not self.counts[0]:
                self.counts[place + 1] += body()
                self.counts[place] += 1
        def tries(self): return [self.counts[1 + 2 * number] for number in range(len(self.pids))]
        def try_more(self, count):
            # Returns when each of them has tried `count` times more.
            least = [tries + count for tries in self.tries()]
            until("the thieves try", lambda: all(map(int.__ge__, self.tries(), least)))
        def end(self):
            self.counts[0] = 1
            for pid in self.pids: same("a thief", end(pid), 0)
            stolen = sum(self.counts[2 + 2 * number] for number in range(len(self.pids)))
            return stolen, sum(self.tries())
    def keeping(take, victims, most=1):
        # The body of a thief that keeps what it took last.
        kept = []
        def body():
            it = take()
            if it: kept.append(it)
            if kept and (len(kept) > most or not it): kept.pop(0).close()
            return int(source(it) in victims)
        return body

    """
