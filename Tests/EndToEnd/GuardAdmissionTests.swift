/// Who is let in by a rule, who is so no longer, and what those are told who are not.

import Foundation
import Testing

@Suite("guard: who is let in", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardAdmissionTests {
    @Test("whoever has bound what was everybody's is so no longer once its service has asked")
    func stranger() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                release_in(TREE)
                is_said("'svc': released by somebody in no unit, so everybody may bind its ports")
                stranger = Service(cgroup("stranger.service"))
                same("the stranger", stranger.answer(), "y")
                becomes(4000, "serving")
                same("closed", stranger.ask(b"c"), "c")
                becomes(4000, "idle")
                path = cgroup("svc.service")
                release_in(path)
                same("the stranger, once more", stranger.ask(b"b"), "n")
                svc = Service(path)
                same("the service", svc.answer(), "y")
                svc.stop(); stranger.stop()
                """)
        }
    }

    @Test("that everybody is, after a helper's release, is said, and listed until one has bound")
    func open() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                holds("guarded when it is held", record(4000)["guarded"])
                release_in(cgroup("helper.service"))
                is_said("'svc': released by 'helper.service', which is no unit of it")
                is_said("write 'unit helper.service' in /etc/portreserve/svc")
                it = record(4000)
                same("listed", (it["guarded"], it["reason"]),
                     (False, "not guarded: released by no unit of it"))
                svc = Service(cgroup("svc.service"))
                same("the service", svc.answer(), "y")
                until("guarded", lambda: record(4000)["guarded"])
                refuses_others()
                svc.stop()
                """)
        }
    }

    @Test("a unit that the file names and that is there again, as long as the service lives")
    func worker() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "unit worker.service\n4000/tcp\n",
                """
                path = cgroup("svc.service")
                lives = in_cgroup(path, signal.pause)
                release_in(path)
                for turn in range(10):
                    where = cgroup("worker.service")
                    # As systemd makes one, some time before a program runs in it.
                    until("let in", lambda: may_bind_in(where))
                    worker = Service(where)
                    same(f"worker {turn}", worker.answer(), "y")
                    becomes(4000, "serving")
                    worker.stop()
                    remove(where)
                    becomes(4000, "idle")
                    refuses_others()
                os.kill(lives, signal.SIGKILL)
                end(lives)
                remove(path)
                becomes(4000, "held")
                """)
        }
    }

    @Test("a unit that the file names since a reload")
    func reloaded() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                release_in(cgroup("svc.service"))
                worker = cgroup("worker.service")
                alive = in_cgroup(worker, signal.pause)
                holds("refused before", not may_bind_in(worker))
                is_said("if it is the service, write 'unit worker.service' in /etc/portreserve/svc")
                reload(svc="unit worker.service\\n4000/tcp\\n")
                until("let in", lambda: may_bind_in(worker))
                refuses_others()
                os.kill(alive, signal.SIGKILL)
                end(alive)
                """)
        }
    }

    @Test("a service's own unit that forgets the release is told what to call")
    func forgetful() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                holds("refused", not may_bind_in(cgroup("svc.service")))
                is_said("whose unit it is; let it call 'portrelease svc' before it binds")
                """)
        }
    }

    @Test("both of two services that name one port and have asked for it")
    func both() throws {
        try Room.run { room in
            room.configure("second", "4000/tcp\n")
            try room.playGuarded(
                """
                for turn in range(2):
                    first, second = cgroup("svc.service"), cgroup("second@1.service")
                    release_in(first)
                    same("the second", run_in(second, lambda: release("second")), 0)
                    refuses_others()
                    svc = Service([first, second][turn])
                    same(f"{turn}", svc.answer(), "y")
                    svc.stop()
                    remove(first)
                    remove(second)
                    becomes(4000, "held")
                """)
        }
    }

    @Test("of a port's several addresses the one that was refused is named")
    func addresses() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "127.0.0.1:4000/tcp\n127.0.0.2:4000/tcp\n[::1]:4000/tcp\n",
                """
                for number, address in enumerate(["127.0.0.2", "::1", "127.0.0.1"]):
                    path = cgroup(f"thief-{number}.service")
                    holds(address, not may_bind_in(path, address=address))
                    its = f"[{address}]" if ":" in address else address
                    is_said(f"{its}:4000/tcp: refused to 'python3'")
                    unit = path.rsplit("/")[-1]
                    holds(unit, any(its in it and unit in it for it in said))
                """)
        }
    }

    @Test("refusals are counted, all of them")
    func counted() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                def burst():
                    for _ in range(50): try_bind(4000)
                run_in(cgroup("burst.service"), burst)
                def count():
                    its = [it["parameters"]["incident"] for it in Varlink().all("Incidents")]
                    return [it["count"] for it in its if it["by"]["unit"] == "burst.service"]
                until("one incident", lambda: count())
                same("counted", count(), [50])
                """)
        }
    }

    @Test("no session, once the service has bound one of its ports")
    func sessionLater() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "4000\n",
                """
                session = cgroup(SESSIONS + "/session-c1.scope")
                svc = Service(cgroup("svc.service"), releases=True)
                same("tcp alone", svc.answer(), "y")
                until("served", lambda: "serving" in states())
                same("closed", svc.ask(b"c"), "c")
                until("closed", lambda: "serving" not in states())
                holds("the session, tcp", not may_bind_in(session))
                holds("the session, udp", not may_bind_in(session, kind=socket.SOCK_DGRAM))
                same("once more", svc.ask(b"b"), "y")
                svc.stop()
                """)
        }
    }

    @Test("a session that has bound for its unit binds on the unit's other addresses too")
    func sessionAddresses() throws {
        try Room.run { room in
            try room.playGuarded(
                by: "127.0.0.1:4000/tcp\n4001/tcp\n",
                """
                session, stranger = cgroup(SESSIONS + "/session-c1.scope"), cgroup(SESSIONS + "/session-c2.scope")
                release_in(cgroup("svc.service"))
                def serves():
                    one = bind(4000, address="127.0.0.1")
                    time.sleep(0.2)
                    return 0 if try_bind(4001) else 1
                same("both", run_in(session, serves), 0)
                """)
        }
    }

    @Test("everybody to what a reload leaves alone, and to permanent ports not for a moment")
    func leftAlone() throws {
        try Room.run { room in
            room.configure("band", "4100-4109 permanent\n")
            try room.playGuarded(
                """
                for line in ["unguarded\\n4100-4109 permanent\\n", "4100-4109/tcp permanent share\\n"]:
                    reload(band=line)
                    same("held", try_bind(4105), None)
                reload(band="", svc="")
                def ticks(): return sum(map(int, open(f"/proc/{daemon.pid}/stat").read().split()[13:15]))
                before = ticks()
                time.sleep(1)
                holds("at rest", ticks() - before < 20)
                """)
        }
    }

    @Test("everybody to a port whose line names another address, and no guard any more")
    func leftAloneElsewhere() throws {
        try Room.run { room in
            room.configure("other", "127.0.0.1:4200/tcp\n")
            try room.playGuarded(
                """
                for line in ["unguarded\\n[::1]:4200/tcp\\n", "127.0.0.1:4200/tcp share\\n"]:
                    guarded = "127.0.0.1:4200/tcp\\n"
                    for text in [guarded, line]:
                        reload(other=text)
                        holds(text, record(4200)["guarded"] == (text == guarded))
                    same("released", release("other"), 0)
                    for address in ["127.0.0.1", "::1"]:
                        how = {"reuse": True, "address": address}
                        it = run_in(other, lambda: 0 if try_bind(4200, **how) else 1)
                        same(f"{address} after {line}", it, 0)
                """)
        }
    }

    @Test(
        "the unit of a portrelease of 0.0.5, which has ended before its datagram is read",
        .enabled(if: kernelTellsOfTheReaped, "needs Linux 6.15"))
    func goneSender() throws {
        try Room.run { room in
            try room.playGuarded(
                """
                path = cgroup("svc.service")
                def send():
                    its = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                    its.connect("/run/portreserve/socket")
                    # Descriptors that nobody has asked for are closed, and hide nothing.
                    socket.send_fds(its, [b"svc"], [0, 1, 2])
                daemon.send_signal(signal.SIGSTOP)
                same("sent", run_in(path, send), 0)
                before = len(os.listdir(f"/proc/{daemon.pid}/fd"))
                daemon.send_signal(signal.SIGCONT)
                becomes(4000, "released")
                holds("no descriptor more", len(os.listdir(f"/proc/{daemon.pid}/fd")) <= before)
                refuses_others()
                holds("the service binds", may_bind_in(path))
                """)
        }
    }
}

/// Whether PIDFD_GET_INFO tells of a process that is reaped.
private let kernelTellsOfTheReaped: Bool = {
    let release = try? String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
    let numbers = (release ?? "").split(separator: ".").prefix(2).compactMap { Int($0) }
    return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 15)
}()
