/// When a service stops, its port is held again: at once for its unit, soon for all others.

import Glibc
import Testing

@Suite("life: a service that stops")
struct ServiceStopsTests {
    @Test("share: stopped and started 200 times under a thief, no theft and no refused start")
    func shared() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp share\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + thief + """
                    start_thief()
                    refused = 0
                    for turn in range(200):
                        release("svc")
                        it = try_bind(4000, reuse=True)
                        if it is None: refused += 1
                        else: it.close()
                    stop_thief()
                    same("refused", refused, 0)
                    same("thefts", thefts, 0)
                    holds("the thief tried", tries > 1000)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            // The hold is open: a stranger without the option is refused, a server with it is not.
            #expect(refusal("4000/tcp") == .addressInUse, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test(
        "C16: restarted 200 times in units of its own: held again each time, the gaps said",
        .enabled(if: hasCgroups, "needs a writable cgroup2"))
    func exclusive() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    rearmed, bound = [], []
                    for turn in range(200):
                        path = cgroup("svc.service")
                        def unit():
                            release("svc")
                            began = time.monotonic()
                            it = bind(4000)
                            os.write(said, struct.pack("d", time.monotonic() - began))
                            becomes(4000, "serving")
                            os.write(said, b"x")
                        (heard, said) = os.pipe()
                        pid = in_cgroup(path, unit)
                        os.close(said)
                        bound.append(struct.unpack("d", os.read(heard, 8))[0])
                        os.read(heard, 1)
                        same("unit", end(pid), 0)
                        began = time.monotonic()
                        os.rmdir(path)
                        made.remove(path)
                        becomes(4000, "held")
                        rearmed.append(time.monotonic() - began)
                        os.close(heard)
                    for name, times in [("release to bind", bound), ("stop to held", rearmed)]:
                        times.sort()
                        print(f"{name}: median {times[100] * 1e3:.2f} ms, p99 {times[197] * 1e3:.2f} ms")
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            print(client.outputText, terminator: "")
            #expect(isHeld("4000/tcp"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("one in no unit: held again a second after its last process is gone, or ten")
    func withoutUnit() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startDaemon("-f", "--stay")

            let client = try room.runPython(
                life + """
                    release("svc")
                    # Nobody's child, as after a double fork.
                    told, tell = os.pipe()
                    if not os.fork():
                        os.setsid()
                        if os.fork(): os._exit(0)
                        it = bind(4000)
                        os.read(told, 1)
                        os._exit(0)
                    os.wait()
                    becomes(4000, "serving")
                    os.write(tell, b"q")
                    becomes(4000, "held", 4)
                    """, try Programs.path(of: "portrelease"))

            #expect(client.status == 0, room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// A thread that tries to bind the port without pause, as a stranger without SO_REUSEADDR.
private let thief = """
    thefts = tries = 0
    going = True
    def steal():
        global thefts, tries
        while going:
            it = try_bind(4000)
            tries += 1
            if it:
                thefts += 1
                it.close()
    def start_thief():
        global robber
        robber = threading.Thread(target=steal)
        robber.start()
    def stop_thief():
        global going
        going = False
        robber.join()

    """
