/// The guard, by a unit whose name says nothing: what the generator has written, and what the last
/// instance knew.

import Testing

@Suite("guard: a unit by another name", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GeneratedUnitsAreTheServicesTests {
    @Test("is the service's where the generator has told it to ask for the service, and not else")
    func generated() throws {
        try playManaged(
            ["svc": "4000/tcp\n"],
            guarding + """
                GENERATED = "# portreserve: svc\\n[Service]\\nExecStartPre=x\\n"
                begins_guarded()
                def asks(unit, is_services):
                    path = cgroup(unit)
                    alive = in_cgroup(path, signal.pause)
                    release_in(path)
                    same(f"{unit}: a stranger may bind", may_bind_in(other), not is_services)
                    same(f"{unit}: it may", may_bind_in(path), True)
                    held_again()
                    os.kill(alive, signal.SIGKILL)
                    end(alive)
                    lines = [it for it in manager.said() if "which is no unit of it" in it]
                    same(f"{unit}: said", len(lines), 0 if is_services else 1)
                    told = [it for it in lines if f"'svc': released by '{unit}'" in it]
                    same(f"{unit}: named", told, lines)
                    manager.errors = b""
                    remove(path)
                for unit, folder in [("odd.socket", "odd.socket"), ("odd@1.service", "odd@.service"),
                                     ("odd@1.service", "odd@1.service")]:
                    asks(unit, False)
                    generate(folder, GENERATED)
                    asks(unit, True)
                    for text in ["# portreserve: svcs\\n", "# portreserve: sv\\n", "[Service]\\n"]:
                        generate(folder, text)
                        asks(unit, False)
                    os.remove(dropin(folder))
                """)
    }

    @Test("that was let in after another one's release may bind for the next instance too")
    func letIn() throws {
        try playManaged(
            ["svc": "unit a.service b.service\n4000/tcp\n"],
            guarding + """
                begins_guarded()
                a = cgroup("a.service")
                release_in(a)
                pid, is_bound, tell = serve([4000], a)
                same("a serves", is_bound, True)
                becomes(4000, "serving")
                b = cgroup("b.service")
                alive = in_cgroup(b, signal.pause)
                # In one turn the daemon is told of it, at the latest in that which answers.
                for turn in range(2): ends_its_turn()
                manager.kill()
                number = str(os.stat(b).st_ino)
                holds("b is let in", number in manager.records()["service svc"].split())
                begins_guarded()
                same("it serves on", record(4000)["state"], "serving")
                os.write(tell, b"x")
                end(pid)
                becomes(4000, "idle")
                same("a stranger may bind", may_bind_in(other), False)
                same("b may", may_bind_in(b), True)
                os.kill(alive, signal.SIGKILL)
                end(alive)
                """)
    }

    @Test("that has come while no daemon ran is let in by the next instance")
    func cameInTheDeadTime() throws {
        try playManaged(
            ["svc": "unit a.service b.service\n4000/tcp\n"],
            guarding + """
                begins_guarded()
                a = cgroup("a.service")
                alive = [in_cgroup(a, signal.pause)]
                release_in(a)
                pid, is_bound, tell = serve([4000], a)
                same("a serves", is_bound, True)
                becomes(4000, "serving")
                manager.kill()
                b = cgroup("b.service")
                alive.append(in_cgroup(b, signal.pause))
                begins_guarded()
                os.write(tell, b"x")
                end(pid)
                becomes(4000, "idle")
                same("b may", may_bind_in(b), True)
                same("a stranger may bind", may_bind_in(other), False)
                for it in alive:
                    os.kill(it, signal.SIGKILL)
                    end(it)
                """)
    }
}

/// Goes in front of each script.
private let guarding = """
    other = cgroup("other.service")
    def begins_guarded():
        # Its cgroup becomes the root that it sees, where a mount of its own shows it.
        mount = mount_of_cgroup2()
        line = f'umount -l {mount} && mount -t cgroup2 none {mount} && exec "$0" "$@"'
        manager.begins("-f", "--stay", cgroup=TREE,
                       wrapper=["unshare", "--cgroup", "--mount", "sh", "-c", line])
        holds("the guard is there", not any("no guard" in it for it in manager.said()))
    def run_in(path, body): return end(in_cgroup(path, body))
    def release_in(path): same("portrelease", run_in(path, lambda: release("svc")), 0)
    def may_bind_in(path): return run_in(path, lambda: 0 if try_bind(4000) else 1) == 0
    def held_again():
        until("held again", lambda: hold("svc")["held"] == 1)
    def dropin(unit): return f"/run/systemd/generator/{unit}.d/50-portreserve.conf"
    def generate(unit, text):
        os.makedirs(os.path.dirname(dropin(unit)), exist_ok=True)
        with open(dropin(unit), "w") as it: it.write(text)

    """
