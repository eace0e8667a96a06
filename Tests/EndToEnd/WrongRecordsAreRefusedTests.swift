/// What is in the vault is believed where it can be: a wrong record is said, or dropped, once.

import Testing

@Suite("vault: a wrong record")
struct WrongRecordsAreRefusedTests {
    @Test("of a hold that is another socket is refused, and the right ones are kept")
    func holds() throws {
        try playManaged(
            ["svc": "4000/tcp\n4001/udp\n127.0.0.1:4002/tcp\n"],
            """
            manager.begins()
            before = manager.sockets()
            TCP = b"0 4003 0 0 0"
            for name, numbers, made in [
                    ("another port", b"0 4000 0 0 0", lambda: bind(4003)),
                    ("another kind", TCP, lambda: bind(4003, socket.SOCK_DGRAM)),
                    ("another address", TCP, lambda: bind(4003, address="127.0.0.1")),
                    ("another family", b"0 4003 1 0 2130706433", lambda: bind(4003, address="::1")),
                    ("one that is not bound", TCP, sock),
                    ("a local one", TCP, lambda: sock(family=socket.AF_UNIX)),
                    ("a file", TCP, lambda: open("/dev/null")),
                    ("no endpoint", b"", lambda: bind(4003)),
                    ("words", b"none", lambda: bind(4003))]:
                for said in [
                        ["portreserve: 1 hold of the last instance cannot be what is wanted,"
                         " ignoring that"], []]:
                    manager.kill()
                    if said:
                        with made() as it: manager.put(b"holds 9\\0" + numbers, it)
                    manager.begins()
                    want = [*said, "portreserve: holding 3 ports of 1 service"]
                    same(f"{name}: said", manager.said(), want)
                    same(f"{name}: the holds", manager.sockets(), before)
                    kinds = [socket.SOCK_STREAM, socket.SOCK_DGRAM]
                    same(f"{name}: free", [may_bind(4003, kind=it) for it in kinds], [True] * 2)
            """)
    }

    @Test("of a service is said or dropped, at one start alone, and the others count")
    func services() throws {
        try playManaged(
            ["svc": "4000/tcp\n", "other": "4001/tcp\n"],
            """
            def state_of(port): return record(port)["state"]
            manager.begins()
            before = manager.sockets()[4001, "SOCK_STREAM"]
            release("svc")
            becomes(4000, "released")
            WRONG = ["'other': how it stood before the restart cannot be read, ignoring that"]
            RIGHT = ["portreserve: 1 of 2 ports is released or served, as before the restart",
                     "portreserve: holding 1 port of 1 service"]
            manager.kill()
            V = int(manager.records()["service svc"].split()[0])
            for text, said in [
                    ("service other\\0garbage", WRONG), (f"service other\\0{V} -1 1 0", WRONG),
                    (f"service other\\0{V} 1 1 9", WRONG), (f"service other\\0{V + 1} 1 1 0", WRONG),
                    (f"service gone\\0{V} 1 1 0 0 4001 0 0 0 5 -1 1", []),
                    ("unheard of\\x001 2 3", []),
                    (f"service other\\0{V} 1 1 0 0 4000 0 0 0 5 -1 1", [])]:
                put = [text]
                for news in [[*said], []]:
                    manager.kill()
                    if put: manager.put(put.pop().encode(), sock())
                    manager.begins()
                    same(f"{text!r}: said", manager.said(), news + RIGHT)
                    same(f"{text!r}: states", (state_of(4000), state_of(4001)),
                         ("released", "held"))
                    same(f"{text!r}: the hold", manager.sockets(), {(4001, "SOCK_STREAM"): before})
                manager.kill()
                # One of a service that is there stays until that has news.
                stays = {"service other"} if "other" in text and not said else set()
                same(f"{text!r}: left", set(manager.records()),
                     {"daemon", "holds 0", "service svc"} | stays)
            """)
    }

    @Test("that is none is counted, and the others count")
    func unreadable() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.begins()
            before = manager.sockets()
            manager.kill()
            with manager.queue() as queue:
                for it in [b"rubbish", b"portreserve 2 holds 0\\x000 4000 0 0 0", b"\\0"]: queue.send(it)
            RIGHT = "portreserve: holding 1 port of 1 service"
            for said in [["portreserve: 3 records of the last instance cannot be read,"
                          " ignoring that", RIGHT], [RIGHT]]:
                manager.begins()
                same("said", manager.said(), said)
                same("the hold", manager.sockets(), before)
                manager.kill()
            """)
    }

    @Test("is each one to a daemon that nobody gives a next instance: it empties the vault")
    func unwanted() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.begins()
            before = manager.sockets()
            manager.kill()
            vault = os.dup(manager.vault)
            manager.begins("-f")
            same("stored", manager.vault, None)
            same("said", manager.said(), ["portreserve: holding 1 port of 1 service"])
            holds("another hold", manager.sockets() != before)
            same("free", may_bind(4000), False)
            manager.stop()
            same("free at its end", may_bind(4000), True)
            manager.store["vault"] = vault
            same("in the vault", manager.records(), {})
            same("files", os.listdir("/run/portreserve"), [])
            """)
    }
}
