/// UDP: of several sockets the one bound last gets the datagrams, so a hold beside a service would
/// swallow them all.

import Glibc
import Testing

@Suite("life: a service on udp")
struct UDPServiceTests {
    struct Kind: Sendable, CustomTestStringConvertible {
        let address: String
        let reuse: Bool
        let hasCgroup: Bool

        var testDescription: String {
            "\(address)\(reuse ? " SO_REUSEADDR" : "")\(hasCgroup ? " in a unit" : "")"
        }

        static let all = ["0.0.0.0", "::"].flatMap { address in
            [false, true].flatMap { reuse in
                waysToLive.map { Kind(address: address, reuse: reuse, hasCgroup: $0) }
            }
        }
    }

    @Test(
        "gets each datagram while it is bound, and no hold any while it lives", arguments: Kind.all)
    func datagrams(kind: Kind) throws {
        try Room.run { room in
            room.configure("svc", "4000/udp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + units + sender + service + """
                    address, reuse = "\(kind.address)", \(kind.reuse ? "True" : "False")
                    to = start(lambda: send_all("127.0.0.1" if address == "0.0.0.0" else "::1"))
                    is_swallowed()
                    for _ in range(2):
                        path = \(kind.hasCgroup ? "cgroup('svc.service')" : "None")
                        has_ended(start(lambda: serve_udp(address, reuse), path))
                        if path: remove(path)
                        becomes(4000, "held")
                        is_swallowed()
                    counts[ENDS] = 1
                    has_ended(to)
                    judge()
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Sends numbers without pause; the kernel gives back each that met no socket.
///
/// A send to loopback returns when the datagram is queued, or dropped by the hold, or refused.
private let sender = """
    import mmap
    SWALLOWED, REFUSED, RECEIVED = range(3)
    fates = mmap.mmap(-1, 1 << 22)
    SENT, ENDS = range(2)
    counts = memoryview(mmap.mmap(-1, 16)).cast("Q")
    def sent(more=0):
        # Datagrams that are sent; with more, waits for so many from now on.
        if more:
            goal = counts[SENT] + more
            until("sent", lambda: counts[SENT] >= goal)
        return counts[SENT]
    def send_all(address):
        six = ":" in address
        it = sock(socket.SOCK_DGRAM, family=socket.AF_INET6 if six else socket.AF_INET)
        IPV6_RECVERR, IP_RECVERR = (socket.IPPROTO_IPV6, 25), (socket.IPPROTO_IP, 11)
        it.setsockopt(*(IPV6_RECVERR if six else IP_RECVERR), 1)
        it.connect((address, 4000))
        while not counts[ENDS] and counts[SENT] < len(fates):
            try:
                it.send(counts[SENT].to_bytes(4, "big"))
                counts[SENT] += 1
            except ConnectionRefusedError: pass
            take_back(it)
    def take_back(it):
        while True:
            try: number = it.recvmsg(64, 512, socket.MSG_ERRQUEUE | socket.MSG_DONTWAIT)[0]
            except BlockingIOError: return
            fates[int.from_bytes(number, "big")] = REFUSED
    def is_swallowed():
        # By the hold: seen, so that one would be seen that is not to be there.
        first = sent() + 1
        last = sent(100)
        same("swallowed", set(fates[first:last]), {SWALLOWED})

    """

/// Released, bound, closed and bound ten times; and what has to be true of the numbers meanwhile.
private let service = """
    noted, note_to = os.pipe()
    def note(**spans): os.write(note_to, json.dumps(spans).encode() + b"\\n")
    def serve(it, what, truth):
        # Reads until it is true.
        end = time.monotonic() + 10
        while True:
            try:
                while True: fates[int.from_bytes(it.recv(4), "big")] = RECEIVED
            except BlockingIOError: pass
            if truth(): return
            if time.monotonic() > end: return same(what, "never", "in time")
    def serve_udp(address, reuse):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        release("svc")
        began = sent() + 1
        for turn in range(10):
            it = sock(socket.SOCK_DGRAM, reuse, family)
            SO_RCVBUFFORCE = 33
            it.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 28)
            it.setblocking(False)
            it.bind((address, 4000))
            first = sent() + 1
            if turn == 0:
                serve(it, "serving", lambda: record(4000)["state"] == "serving")
                Varlink().call("Hold", {"service": "svc"})
                release("svc")
            enough = sent() + 300
            serve(it, "sent", lambda: sent() > enough)
            last = sent()
            serve(it, "the last one received", lambda: fates[last - 1] == RECEIVED)
            it.close()
            note(bound=[first, last], closing=[last, sent() + 1])
            sent(100)
        note(alive=[began, sent()])
    def judge():
        os.close(note_to)
        notes = [json.loads(line) for line in os.fdopen(noted)]
        bound = [note["bound"] for note in notes if "bound" in note]
        closing = [note["closing"] for note in notes if "closing" in note]
        alive = [note["alive"] for note in notes if "alive" in note]
        same("binds", len(bound), 20)
        for first, last in bound:
            same(f"received of {last - first}", fates[first:last].count(RECEIVED), last - first)
        # What was queued when the service closed went with its socket.
        for first, last in closing: fates[first:last] = bytes([RECEIVED]) * (last - first)
        for first, last in alive:
            same(f"swallowed of {last - first}", fates[first:last].count(SWALLOWED), 0)
        holds("there was room for all fates", sent() < len(fates))

    """
