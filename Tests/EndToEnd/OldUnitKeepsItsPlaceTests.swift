/// A unit that is on its way out, while another of the same service serves already, is let in until its
/// last socket has closed: on a port with several addresses each socket is counted once.

import Testing

@Suite("guard: two units of one service", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct OldUnitKeepsItsPlaceTests {
    @Test("an old unit, beside a new one that serves, as long as one of its workers has a socket")
    func workersOfOnePort() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "unit worker.service\n127.0.0.1:4000/udp\n127.0.0.2:4000/udp\n",
                """
                def may_bind(path, address):
                    how = {"kind": socket.SOCK_DGRAM, "reuse": True, "address": address}
                    return run_in(path, lambda: 0 if try_bind(4000, **how) else 1) == 0
                def server(path, address):
                    said, say = os.pipe()
                    def body():
                        it = try_bind(4000, socket.SOCK_DGRAM, True, address)
                        os.write(say, b"y" if it else b"n")
                        signal.pause()
                    pid = in_cgroup(path, body)
                    same(f"{address} in {path}", os.read(said, 1), b"y")
                    os.close(said); os.close(say)
                    return pid
                def stop(pid):
                    os.kill(pid, signal.SIGKILL)
                    end(pid)
                    # It is told of what has closed before it is asked.
                    record(4000)
                old = cgroup("svc.service")
                release_in(old)
                workers = [server(old, "127.0.0.1") for _ in range(2)]
                new = cgroup("worker.service")
                until("let in", lambda: may_bind(new, "127.0.0.2"))
                worker = server(new, "127.0.0.2")
                stop(workers[0])
                holds("the other one binds again", may_bind(old, "127.0.0.1"))
                stop(workers[1])
                holds("with the last one it is over", not may_bind(old, "127.0.0.1"))
                stop(worker)
                """)
        }
    }
}
