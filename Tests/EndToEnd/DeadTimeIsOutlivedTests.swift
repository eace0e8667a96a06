/// What happens while no daemon runs, and what the next instance makes of it.

import Testing

@Suite("vault: what happens while no daemon runs")
struct DeadTimeIsOutlivedTests {
    @Test("names of sockets that are gone are made anew, the ports are kept, and it answers")
    func names() throws {
        try playManaged(
            ["svc": "4000/tcp\n4001/tcp\n"],
            """
            manager.begins()
            for names in [[CONTROL], [SOCKET], [CONTROL, SOCKET]]:
                before = manager.sockets()
                manager.kill()
                waits = Varlink()
                waits.send("List", more=True)
                for name in names: os.remove(name)
                manager.begins()
                same(f"{names}: said", manager.said(),
                     ["portreserve: holding 2 ports of 1 service"])
                same(f"{names}: the holds", manager.sockets(), before)
                holds(f"{names}: who waits is told", is_closed(waits))
                same("answers", hold("svc"), {"held": 2, "busy": 0})
                with sock(socket.SOCK_DGRAM, family=socket.AF_UNIX) as it: it.sendto(b"svc", SOCKET)
                becomes(4000, "released")
                same("held again", hold("svc"), {"held": 2, "busy": 0})
            """)
    }

    @Test("more clients than may wait come, some go again: those that are there are answered")
    func crowd() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.begins()
            before = manager.sockets()
            manager.kill()
            def ask(is_hasty):
                link = Varlink()
                link.send("List", more=True)
                if is_hasty: return 0
                same("the answer", states([link.receive()]), ["svc 4000 held"])
                return len(failures)
            asking = [child(lambda: ask(number % 2)) for number in range(200)]
            def waits_or_is_gone(pid): return open(f"/proc/{pid}/stat").read().split()[2] in "SZ"
            until("all have asked", lambda: all(waits_or_is_gone(it) for it in asking))
            same("free", may_bind(4000), False)
            manager.begins()
            same("said", manager.said(), ["portreserve: holding 1 port of 1 service"])
            same("ends", [end(it) for it in asking], [0] * 200)
            same("the hold", manager.sockets(), before)
            """)
    }

    @Test("a file is removed: its port is everybody's after the next start, no other one is")
    func removed() throws {
        try playManaged(
            ["svc": "4000/tcp\n", "other": "4001/tcp\n"],
            """
            def free(): return may_bind(4000), may_bind(4001)
            def goes_in_the_dead_time(name, want):
                manager.kill()
                same("free in the dead time", free(), want)
                os.remove(f"/etc/portreserve/{name}")
                manager.begins()
            manager.begins()
            other = manager.sockets()[4001, "SOCK_STREAM"]
            goes_in_the_dead_time("svc", (False, False))
            same("free", free(), (True, False))
            same("the hold", manager.sockets(), {(4001, "SOCK_STREAM"): other})
            configure("svc", "4000/tcp\\n")
            os.remove("/etc/portreserve/other")
            manager.signal(signal.SIGHUP)
            manager.is_said("reloaded: 1 port added, 1 removed")
            ends_its_turn()
            goes_in_the_dead_time("svc", (False, True))
            same("said", manager.said(), ["portreserve: nothing is reserved"])
            same("free", free(), (True, True))
            """)
    }

    @Test("the next instance knows to which of two services their port was released last")
    func lastReleased() throws {
        try playManaged(
            ["a": "4000/tcp\n", "b": "4000/tcp\n"],
            """
            manager.begins()
            for names in ["a", "b", "ba", "ab"]:
                for name in names: release(name)
                becomes(4000, "released")
                since = record(4000)["since"]
                manager.kill()
                manager.begins()
                same(f"{names}: said", manager.said(),
                     ["portreserve: 1 of 1 port is released or served, as before the restart"])
                same(f"{names}: listed", states(Varlink().all("List")),
                     ["a 4000 released", "b 4000 released"])
                same(f"{names}: since", record(4000)["since"], since)
                it = bind(4000)
                manager.is_said(f"4000/tcp: in use since its release for '{names[-1]}'")
                it.close()
                until("held", lambda: hold(names[-1]) == {"held": 1, "busy": 0})
            """)
    }

    @Test("a service closes its socket and leaves TIME_WAIT: it serves no more, until it is back")
    func timeWait() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.begins()
            release("svc")
            its = bind(4000, reuse=True)
            becomes(4000, "serving")
            client = sock()
            client.connect(("127.0.0.1", 4000))
            connection = its.accept()[0]
            manager.kill()
            connection.close()
            same("closed first", client.recv(1), b"")
            client.close()
            its.close()
            manager.begins()
            becomes(4000, "idle")
            its = bind(4000, reuse=True)
            becomes(4000, "serving")
            until("it is named", lambda: (record(4000).get("holder") or {}).get("pid") == os.getpid())
            same("and nothing else", record(4000).get("reason"), None)
            """)
    }
}
