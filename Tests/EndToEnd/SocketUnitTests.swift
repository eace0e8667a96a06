/// What init holds for a socket unit is that unit's.
///
/// systemd makes the sockets of a socket unit in the unit's cgroup, by a child that hands them to
/// process 1 and ends; a Python script stands in for both, in a pid namespace of its own.

import Testing

@Suite("life: what process 1 has is its socket unit's", .enabled(if: hasCgroups))
struct SocketUnitTests {
    @Test("which is named where the port is another service's")
    func named() throws {
        try play(
            ["web": "4000/tcp\n"],
            """
            unit = socket_of("other.socket")
            daemon = start_daemon()
            said = first_line_with(daemon, "in use by")
            want = "in use by 'systemd' (pid 1, uid 0, 'other.socket'), not reserved for 'web'"
            holds(said, want in said)
            unit.close()
            becomes(4000, "held")
            """)
    }

    @Test("which serves where it is the service's own, and when it closes the port is held")
    func serves() throws {
        try play(
            ["web": "4000/tcp\n"],
            """
            unit = socket_of("web.socket")
            daemon = start_daemon()
            said = first_line_with(daemon, "in use by")
            want = "in use by its service 'web': 'systemd' (pid 1, uid 0, 'web.socket')"
            holds(said, want in said)
            becomes(4000, "serving")
            unit.close()
            becomes(4000, "held")
            """)
    }

    @Test("and is nobody's where it was made in no unit")
    func made() throws {
        try play(
            ["web": "4000/tcp\n"],
            """
            unit = bind(4000)
            daemon = start_daemon()
            said = first_line_with(daemon, "in use by")
            holds(said, "in use by 'systemd' (pid 1, uid 0), not reserved for 'web'" in said)
            """)
    }

    /// Plays the script as process 1.
    private func play(_ files: [String: String], _ script: String) throws {
        try Room.run { room in
            for (service, text) in files { room.configure(service, text) }
            let daemon = try Programs.path(of: "portreserve")
            let asProcess1 = [
                "/usr/bin/unshare", "--pid", "--fork", "--mount-proc", "--kill-child",
            ]

            let end = try room.start(
                asProcess1 + room.python(life + asInit + script + ending) + [daemon])
            try end.wait()

            #expect(end.status == 0, room.story)
        }
    }
}

private let asInit = """
    import ctypes
    same("pid", os.getpid(), 1)
    open("/proc/self/comm", "w").write("systemd")
    daemons = []
    def start_daemon():
        it = subprocess.Popen([PORTRELEASE, "-f", "--stay"], stderr=subprocess.PIPE, text=True)
        daemons.append(it)
        return it
    def first_line_with(daemon, words):
        lines = []
        def read():
            for line in daemon.stderr:
                print(line, file=sys.stderr, end="")
                lines.append(line)
        threading.Thread(target=read, daemon=True).start()
        until(words, lambda: any(words in line for line in lines))
        return next((line for line in lines if words in line), "nothing")
    def socket_of(unit):
        ours, theirs = socket.socketpair()
        def make():
            it = bind(4000)
            socket.send_fds(theirs, [b"x"], [it.fileno()])
        pid = in_cgroup(cgroup(unit), make)
        it = socket.socket(fileno=socket.recv_fds(ours, 1, 1)[1][0])
        same("the child", end(pid), 0)
        return it

    """

private let ending = """

    for daemon in daemons:
        daemon.terminate()
        same("the daemon's end", daemon.wait(), 0)

    """
