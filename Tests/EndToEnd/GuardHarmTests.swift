/// The guard refuses no right service, wherever its release came from.

import Testing

@Suite("guard: no harm", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardHarmTests {
    @Test(
        "a release that says nothing of who will bind, then the service as a unit of its own",
        arguments: [
            Script("typed into a login shell", #"asker = cgroup(SESSIONS + "/session-1.scope")"#),
            Script("by cron", #"asker = cgroup("cron.service")"#),
            Script("by a helper unit", #"asker = cgroup("helper.service")"#),
            Script("from the root", "asker = TREE"),
        ])
    func released(from: Script) throws {
        try Room.run { room in
            try room.playGuarded(
                """
                \(from.text)
                release_in(asker)
                if asker.endswith("helper.service"): remove(asker)
                holds("the service binds", may_bind_in(cgroup("svc.service")))
                """)
        }
    }

    @Test(
        "a release while serving, then the service's reload",
        arguments: [
            Script("from a login shell", #"asker = cgroup(SESSIONS + "/session-1.scope")"#),
            Script("from a helper unit", #"asker = cgroup("helper.service")"#),
            Script("from its own unit", "asker = path"), Script("from the root", "asker = TREE"),
        ])
    func reloaded(from: Script) throws {
        try Room.run { room in
            try room.playGuarded(
                """
                path = cgroup("svc.service")
                svc = Service(path, releases=True)
                same("start", svc.answer(), "y")
                becomes(4000, "serving")
                \(from.text)
                for turn in range(20):
                    release_in(asker)
                    same(f"reload {turn}", svc.ask(b"b"), "y")
                    refuses_others()
                svc.stop()
                """)
        }
    }

    @Test("a supervisor whose child is back after 5 s")
    func supervised() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                path = cgroup("svc.service")
                release_in(path)
                supervisor = in_cgroup(path, signal.pause)
                svc = Service(path)
                same("start", svc.answer(), "y")
                becomes(4000, "serving")
                svc.stop()
                began = time.monotonic()
                becomes(4000, "idle")
                while time.monotonic() - began < 5: refuses_others()
                svc = Service(path)
                same("back", svc.answer(), "y")
                svc.stop()
                os.kill(supervisor, signal.SIGKILL)
                end(supervisor)
                """)
        }
    }

    @Test("a unit that starts its service by su or runuser, in a session of users")
    func session() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                session = cgroup(SESSIONS + "/session-c1.scope")
                stranger = cgroup(SESSIONS + "/session-c2.scope")
                svc = Service(cgroup("svc.service"), releases=True, moves_to=session)
                same("start", svc.answer(), "y")
                becomes(4000, "serving")
                for turn in range(20):
                    same("closed", svc.ask(b"c"), "c")
                    holds("another session is refused", not may_bind_in(stranger, reuse=True))
                    refuses_others()
                    same(f"reload {turn}", svc.ask(b"b"), "y")
                svc.stop()
                """)
        }
    }

    @Test("docker.service, which binds for the service and is named in its file")
    func docker() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "unit docker.service\n4000/tcp\n",
                """
                docker = cgroup("docker.service")
                runs = in_cgroup(docker, signal.pause)
                release_in(cgroup("svc.service"))
                refuses_others()
                holds("docker binds", may_bind_in(docker))
                os.kill(runs, signal.SIGKILL)
                end(runs)
                """)
        }
    }

    @Test("two instances that overlap in a restart")
    func overlapping() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                old = Service(cgroup("svc@old.service"), releases=True)
                same("start", old.answer(), "y")
                becomes(4000, "serving")
                path = cgroup("svc@new.service")
                release_in(path)
                same("the old one reloads", old.ask(b"b"), "y")
                same("closed", old.ask(b"c"), "c")
                refuses_others()
                new = Service(path)
                same("the new one starts", new.answer(), "y")
                old.stop()
                same("the new one reloads", new.ask(b"b"), "y")
                new.stop()
                """)
        }
    }

    @Test("a unit that is removed, and there again, before the news of it is read")
    func removed() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                for turn in range(10):
                    path = cgroup("svc.service")
                    svc = Service(path, releases=True)
                    same(f"start {turn}", svc.answer(), "y")
                    becomes(4000, "serving")
                    daemon.send_signal(signal.SIGSTOP)
                    svc.stop()
                    remove(path)
                    path = cgroup("svc.service")
                    svc = Service(path, releases=True)
                    time.sleep(0.01)
                    daemon.send_signal(signal.SIGCONT)
                    same(f"restart {turn}", svc.answer(), "y")
                    svc.stop()
                    remove(path)
                    becomes(4000, "held")
                """)
        }
    }

    @Test("a bind loop of an unprivileged user: it hides neither news nor a second culprit")
    func loop() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                def loop():
                    become(65534)
                    while True: try_bind(4000, reuse=True)
                looper = in_cgroup(cgroup("loop.service"), loop)
                is_said("'loop.service'")
                def switches():
                    status = open(f"/proc/{daemon.pid}/status").read()
                    return sum(int(line.split()[1]) for line in status.splitlines()
                               if line.startswith("voluntary_ctxt"))
                began, before = time.monotonic(), switches()
                while time.monotonic() - began < 3: time.sleep(0.1)
                woken = switches() - before
                holds(f"woken {woken} times in 3 s", woken <= 30)
                refuses_others()
                is_said("'other.service'")
                for turn in range(50):
                    path = cgroup("svc.service")
                    svc = Service(path, releases=True)
                    same(f"start {turn}", svc.answer(), "y")
                    becomes(4000, "serving")
                    svc.stop()
                    remove(path)
                    becomes(4000, "held")
                os.kill(looper, signal.SIGKILL)
                end(looper)
                """)
        }
    }
}
