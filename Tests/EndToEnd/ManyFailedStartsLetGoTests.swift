/// Starts that fail for what they find in the vault: it is given up, and then a start succeeds.

import Testing

@Suite("vault: starts that fail")
struct ManyFailedStartsLetGoTests {
    @Test("three in a row keep every port, and the next start forgets what they found, and works")
    func forgotten() throws {
        try playManaged(
            files,
            failing + """
                manager.begins()
                before = manager.sockets()
                manager.kill()
                fail(3)
                removed()
                manager.begins()
                same("said", manager.said(), [
                    "portreserve: 3 starts in a row have failed, forgetting what they found:"
                    " every port was free for a moment",
                    "portreserve: holding 2 ports of 1 service"])
                same("holds", len(manager.sockets()), 2)
                holds("are new ones", not set(before.values()) & set(manager.sockets().values()))
                same("answers", release("svc"), 0)
                manager.kill()
                manager.begins()
                same("remembers", manager.status(), "holding 0 ports, 2 released; no guard")
                """)
    }

    @Test("two in a row are no reason to, nor others after a start that has worked")
    func counted() throws {
        try playManaged(
            files,
            failing + """
                manager.begins()
                before = manager.sockets()
                for turn in range(3):
                    manager.kill()
                    fail(2)
                    removed()
                    manager.begins()
                    same("said", manager.said(), ["portreserve: holding 2 ports of 1 service"])
                    same("the holds", manager.sockets(), before)
                """)
    }

    private let files = ["svc": "4000/tcp\n4001/udp\n"]
}

/// Goes in front of each script.
private let failing = """
    def fail(times):
        # A socket's name is a directory's now, which no start takes away.
        os.remove(CONTROL)
        os.mkdir(CONTROL)
        for turn in range(times):
            same("said", manager.fails(),
                 [f"portreserve: {CONTROL}: Is a directory, not started"])
            ports = may_bind(4000), may_bind(4001, kind=socket.SOCK_DGRAM)
            same(f"free after start {turn}", ports, (False, False))
    def removed(): os.rmdir(CONTROL)

    """
