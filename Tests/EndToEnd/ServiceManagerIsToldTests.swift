/// What the daemon tells whoever has started it, in sd_notify(3)'s words.

import Testing

@Suite("the service manager")
struct ServiceManagerIsToldTests {
    @Test("is told what is held, and of a reload, that it has begun and that it is over")
    func told() throws {
        try playManaged(
            ["svc": "4000/tcp\n4001/tcp\n", "other": "4002/tcp\n"],
            """
            manager.begins()
            manager.has_status("holding 3 ports; no guard")
            same("told", manager.hears(), [
                "STATUS=starting", "FDSTORE=1", "FDNAME=vault", "FDPOLL=0",
                "FDSTORE=1", "FDNAME=vault-watch", "READY=1", "STATUS=holding 3 ports; no guard"])
            release("svc")
            manager.has_status("holding 1 port, 2 released; no guard")
            it = bind(4000)
            manager.has_status("holding 1 port, 1 with their services, 1 released; no guard")
            other = bind(4004)
            configure("more", "4003/tcp\\n4004/tcp\\n")
            manager.told.clear()
            sent = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            manager.signal(signal.SIGHUP)
            manager.has_status("holding 2 ports, 1 with their services, 1 released,"
                               " 1 not held: see 'portreservectl status'; no guard")
            first, moment, *rest = manager.hears()
            same("first", (first, moment.split("=")[0]), ("RELOADING=1", "MONOTONIC_USEC"))
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            # Of a millisecond the end.
            holds(f"{sent}, {moment}, {now}", sent <= int(moment.split("=")[1]) <= now + 1000)
            same("then", (rest[0], rest.count("READY=1")), ("READY=1", 1))
            other.close()
            becomes(4004, "held")
            manager.has_status("holding 3 ports, 1 with their services, 1 released; no guard")
            """)
    }

    @Test("is noticed where it keeps nothing, or not all: then nothing is left to be kept")
    func keepsNothing() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            for most in [0, 1]:
                manager.most = most
                manager.begins()
                manager.is_said("portreserve: the fd store: FileDescriptorStoreMax= has to be 2 at"
                                " least, a restart will let go of every port")
                ends_its_turn()
                same("files", sorted(os.listdir("/run/portreserve")), ["control", "lock", "socket"])
                manager.stop()
                # Though what is stored has not been let go of.
                same("free", may_bind(4000), True)
                same("left", os.listdir("/run/portreserve"), [])
            """)
    }

    @Test("is told READY=1, and given the vault, though there is no room for 1.5 s")
    func crowded() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            """
            manager.socket.close()
            os.remove(NOTIFY)
            manager = Manager(room=10)
            def fill():
                with sock(socket.SOCK_DGRAM, family=socket.AF_UNIX) as it:
                    it.setblocking(False)
                    it.connect(NOTIFY)
                    try:
                        while True: it.send(b"OTHERS=1")
                    except BlockingIOError: pass
            def begins_in_a_crowd(has_come_so_far):
                fill()
                manager.start()
                until("it has come so far", has_come_so_far)
                # The claim is one of time; the daemon waits for 2 s, and began a moment ago.
                time.sleep(1.5)
                until("READY=1", lambda: "READY=1" in manager.hears())
            begins_in_a_crowd(lambda: os.path.exists(f"/proc/{manager.pid}/fd/5"))
            holds("the vault is given", manager.vault is not None)
            manager.has_status("holding 1 port; no guard")
            before = manager.sockets()
            manager.kill()
            begins_in_a_crowd(lambda: any("holding" in it for it in manager.said()))
            same("the hold", manager.sockets(), before)
            same("the state", record(4000)["state"], "held")
            """)
    }
}
