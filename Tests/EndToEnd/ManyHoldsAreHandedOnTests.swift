/// Without the guard holds are handed on, as many as the kernel has room for in flight.

import Testing

// Descriptors in flight count for root as a whole, and its limit on open files is theirs.
@Suite("vault: many holds", .serialized)
struct ManyHoldsAreHandedOnTests {
    @Test("of 600 ports 500 are handed on, and that is said once")
    func bounded() throws {
        try playManaged(
            ["svc": "5000-5599/tcp\n"],
            many + """
                PORTS = range(5000, 5600)
                LINES = ["portreserve: holding 600 ports of 1 service",
                         "portreserve: 100 ports are not kept over a restart: too many have no"
                         " guard"]
                manager.begins()
                # Each tells the vault anew, and might say it anew.
                manager.signal(signal.SIGHUP)
                manager.is_said("reloaded")
                ends_its_turn()
                same("said", manager.said(),
                     LINES + ["portreserve: reloaded: 0 ports added, 0 removed, 600 kept"])
                before = manager.sockets()
                manager.kill()
                same("free in the dead time", len(free()), 100)
                manager.begins()
                ends_its_turn()
                same("said", manager.said(), LINES)
                same("handed on", len(kept(before)), 500)
                same("held", len(manager.sockets()), 600)
                same("free", free(), [])
                # As many as there is room for are each handed on.
                configure("svc", "5000-5499/tcp\\n")
                manager.signal(signal.SIGHUP)
                manager.is_said("reloaded")
                ends_its_turn()
                before = manager.sockets()
                manager.kill()
                manager.begins()
                same("said", manager.said(), ["portreserve: holding 500 ports of 1 service"])
                same("handed on, all", manager.sockets(), before)
                """)
    }

    @Test("with too low a limit on open files none is lost, held, released, and held again")
    func fewDescriptors() throws {
        try playManaged(
            ["svc": "5000-6999/tcp\n"],
            many + """
                # Root would raise it.
                LIMITED = ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource",
                           "prlimit", "--nofile=2048:2048"]
                def begins():
                    manager.begins(wrapper=LIMITED)
                    holds("nothing is given up", not any("fd store" in it for it in manager.said()))
                PORTS = range(5000, 7000)
                begins()
                count = len(manager.sockets())
                holds(f"{count} are held", 1850 < count < 2000)
                for turn in range(3):
                    before = manager.sockets()
                    manager.kill()
                    same("free in the dead time", len(free()), 1500)
                    begins()
                    same("handed on", len(kept(before)), 500)
                    same("held", len(manager.sockets()), count)
                    # All the others that may have a descriptor have one.
                    crowd = [Varlink() for client in range(62)]
                    answers = [it.call(SERVICE + "GetInfo") for it in crowd]
                    holds("all are there", not any("error" in it for it in answers))
                    same("released", release("svc"), 0)
                    same("has none", manager.sockets(), {})
                    if turn == 1:
                        manager.kill()
                        same("released in the dead time", len(free()), 2000)
                        begins()
                        same("is released", manager.sockets(), {})
                    same("held again", hold("svc")["held"], count)
                    for it in crowd: it.socket.close()
                """)
    }
}

/// Goes in front of each script.
private let many = """
    def free(): return [it for it in PORTS if may_bind(it)]
    def kept(before): return set(before.items()) & set(manager.sockets().items())

    """
