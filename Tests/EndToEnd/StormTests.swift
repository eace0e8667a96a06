/// The storm: thieves that try without pause, and a service that knows nothing of us.

import Glibc
import Testing

@Suite(
    "guard: the storm", .enabled(if: hasCgroups, "needs a writable cgroup2"), .serialized)
struct StormTests {
    @Test("takes nothing from a service without SO_REUSEADDR", arguments: ["tcp", "udp"])
    func guarded(transport: String) throws {
        try Room.run { room in
            room.configure("svc", "4000/\(transport)\n")
            let daemon = try room.startGuardedDaemon()

            let client = try room.runPython(
                life + storm + """
                    play(1000)
                    same("thefts", sum(thefts), 0)
                    same("refused starts", refused, 0)
                    for number in range(4): holds(f"thief {number} tried", tries[number] > 5000)
                    """, try Programs.path(of: "portrelease"), transport)

            #expect(client.status == 0, room.story)
            print(client.outputText, terminator: "")
            for unit in 0..<4 {
                let who = "refused to 'python3' (uid 0, 'thief\(unit).service'), reserved for 'svc'"
                #expect(daemon.program.waitForError { $0.contains(who) } != nil, room.story)
            }
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("is strong enough: without the guard it takes ports", arguments: ["tcp", "udp"])
    func unguarded(transport: String) throws {
        try Room.run { room in
            room.configure("svc", "4000/\(transport)\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + storm + """
                    play(50)
                    holds("something is lost", sum(thefts) + refused > 20)
                    """, try Programs.path(of: "portrelease"), transport)

            #expect(client.status == 0, room.story)
            print("without the guard: \(client.outputText)", terminator: "")
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Four thieves, in units of their own, and the rounds of a service.
private let storm = """
    import mmap
    KIND = socket.SOCK_STREAM if sys.argv[2] == "tcp" else socket.SOCK_DGRAM
    memory = mmap.mmap(-1, 64)
    counters = memoryview(memory).cast("Q")
    tries, thefts = counters[:4], counters[4:]
    refused = 0
    WAYS = [(False, "0.0.0.0"), (True, "0.0.0.0"), (False, "::"), (True, "127.0.0.1")]
    def steal(number):
        reuse, address = WAYS[number]
        while True:
            it = try_bind(4000, KIND, reuse, address)
            tries[number] += 1
            if it:
                thefts[number] += 1
                it.close()
    def serve_once(path):
        # Starts, binds, binds again three times, stops.
        failed = 0
        for turn in range(4):
            if turn == 0: release("svc")
            it = try_bind(4000, KIND)
            if it is None: failed += 1
            else: it.close()
        return failed
    def play(rounds):
        global refused
        thieves = [in_cgroup(cgroup(f"thief{n}.service"), lambda: steal(n)) for n in range(4)]
        for turn in range(rounds):
            path = cgroup("svc.service")
            refused += end(in_cgroup(path, lambda: serve_once(path)))
            made.remove(path)
            until("the unit is gone", lambda: gone(path))
        for pid in thieves: os.kill(pid, signal.SIGKILL)
        for pid in thieves: end(pid)
        print(f"{sys.argv[2]}, {rounds} rounds: {sum(tries)} tries, {sum(thefts)} thefts,",
              f"{refused} of {4 * rounds} binds refused")
    def gone(path):
        try: os.rmdir(path)
        except OSError as error:
            if error.errno == errno.EBUSY: return False
            raise
        return True

    """
