/// A host outside, at the other end of a wire, in Python; and ports whose packets never arrive.
///
///     try replay(["bmc": "623/udp\n"], automatic: 40000...40007, outside + """
///         divert("623")
///         silent = wait_for([connect(2049, OUTSIDE)])
///         """)
///
/// It answers datagrams at port 2049 and takes connections at 80 and 2049. What a management
/// controller or a packet filter takes away before the host sees it is played by a routing rule.
/// Debian package: iproute2.

/// Goes in front of a script, behind `field`.
let outside = """
    OUTSIDE = "192.0.2.2"
    def run(*words): subprocess.run(words, check=True)
    def be_outside(said, told):
        ctypes.CDLL(None).unshare(0x40000000)  # CLONE_NEWNET
        os.write(said, b"x")
        os.read(told, 1)
        for words in [("link", "set", "lo", "up"), ("addr", "add", "192.0.2.2/24", "dev", "wire"),
                      ("link", "set", "wire", "up")]: run("ip", *words)
        servers = [bind(port) for port in [80, 2049]]
        for it in servers: it.listen(1024)
        mirror = bind(2049, socket.SOCK_DGRAM)
        mirror.setsockopt(socket.SOL_SOCKET, 33, 1 << 22)  # SO_RCVBUFFORCE
        os.write(said, b"x")
        while True: mirror.sendto(*mirror.recvfrom(64))
    def begin_outside():
        (heard, said), (told, tell) = os.pipe(), os.pipe()
        pid = child(lambda: be_outside(said, told))
        atexit.register(os.kill, pid, signal.SIGKILL)
        os.read(heard, 1)
        run("ip", "link", "add", "name", "cable", "type", "veth", "peer", "name", "wire",
            "netns", str(pid))
        run("ip", "addr", "add", "192.0.2.1/24", "dev", "cable")
        run("ip", "link", "set", "cable", "up")
        # The rule that finds local addresses is the first one: it has to stand behind ours.
        run("ip", "rule", "add", "pref", "100", "lookup", "local")
        run("ip", "rule", "del", "pref", "0")
        os.write(tell, b"x")
        same("outside", os.read(heard, 1), b"x")
    def divert(*ranges):
        for ports in ranges:
            for kind in ["tcp", "udp"]:
                run("ip", "rule", "add", "pref", "10", "iif", "cable", "ipproto", kind,
                    "dport", ports, "blackhole")
    def deliver():
        # Nothing is diverted any more.
        while subprocess.run(["ip", "rule", "del", "pref", "10"], stderr=subprocess.DEVNULL
                             ).returncode == 0: pass
    def wait_for(its):
        # Those that have no answer when no more come.
        waiting = select.poll()
        silent = {it.fileno(): it for it in its}
        for it in its: waiting.register(it, select.POLLOUT if is_tcp(it) else select.POLLIN)
        while silent:
            ready = waiting.poll(10000 if HELD else 500)
            if not ready: break
            for fd, _ in ready:
                waiting.unregister(fd)
                it = silent.pop(fd)
                same("its error", it.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR), 0)
        return list(silent.values())
    def is_tcp(it): return it.type == socket.SOCK_STREAM
    begin_outside()

    """
