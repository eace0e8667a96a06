/// Somebody who was on a port beside its service before the daemon was there, on another address, is not
/// taken for the service when that closes, and no longer than he lives.

import Testing

@Suite(
    "guard: a stranger who was there before it, beside the service",
    .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct StrangerBesideServiceTests {
    @Test("has the port when the service closes it, and is named; the service may come back")
    func named() throws {
        try play(
            """
            pid = record(4000)["holder"]["pid"]
            same("the service is named", pid, service.pid)
            same("closes", service.ask(b"c"), "c")
            becomes(4000, "busy")
            same("who has it", record(4000)["holder"]["unit"], "alien.service")
            is_said("'alien.service'), not reserved for 'svc'")
            same("incidents", [it["by"]["unit"] for it in incidents()], ["alien.service"])
            same("comes back", service.ask(b"b"), "y")
            becomes(4000, "serving")
            until("the service is named again", lambda: holder() == "svc.service")
            # A later process, whose pid is a greater one.
            service.stop()
            becomes(4000, "busy")
            same("asks", run_in(path, lambda: release("svc")), 0)
            service = Service(path)
            same("binds again", service.answer(), "y")
            becomes(4000, "serving")
            until("the later one is named", lambda: holder() == "svc.service")
            os.kill(alien, signal.SIGKILL)
            end(alien)
            same("is still named", (record(4000)["state"], holder()), ("serving", "svc.service"))
            service.stop()
            """)
    }

    @Test("leaves it, and the port is the service's again, then held")
    func leaves() throws {
        try play(
            """
            same("closes", service.ask(b"c"), "c")
            becomes(4000, "busy")
            os.kill(alien, signal.SIGKILL)
            end(alien)
            becomes(4000, "released")
            refuses_others()
            same("comes back", service.ask(b"b"), "y")
            becomes(4000, "serving")
            service.stop()
            becomes(4000, "held")
            """)
    }

    @Test("is not named where the service binds anew at once")
    func quick() throws {
        try play(
            """
            for _ in range(20):
                same("binds anew", service.ask(b"b"), "y")
                until("the service is named", lambda: holder() == "svc.service")
                same("serves", record(4000)["state"], "serving")
            os.kill(alien, signal.SIGKILL)
            end(alien)
            service.stop()
            """)
    }

    private func play(_ script: String) throws {
        try Room.run { room in try room.playGuarded(beside + script) }
    }
}

/// A daemon that finds `svc.service` on every IPv4 address, and `alien.service` on one of IPv6.
private let beside = """
    stop_daemon()
    said.clear()
    path = cgroup("svc.service")
    service = Service(path)
    same("binds", service.answer(), "y")
    told, tell = os.pipe()
    def aliens():
        it = sock(reuse=True, family=socket.AF_INET6)
        it.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        it.bind(("::1", 4000))
        it.listen()
        os.write(tell, b"y")
        signal.pause()
    alien = in_cgroup(cgroup("alien.service"), aliens)
    same("the alien binds", os.read(told, 1), b"y")
    daemon = start_daemon()
    threading.Thread(target=listen, daemon=True).start()
    is_said("in use by its service 'svc'")
    def holder():
        by = record(4000).get("holder")
        return by and by.get("unit")
    def incidents():
        return [it["parameters"]["incident"] for it in Varlink().all("Incidents")
                if "incident" in it["parameters"]]

    """
