/// The shipped unit has a /proc of its own, and yet what is written to the kernel's list through the
/// machine's is answered at once, and not when it is next looked at, a minute later.

import Testing

@Suite("systemd: the kernel's list", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct ChangedListIsAnsweredTests {
    @Test("another range of automatic ports, or list of reserved ones, is answered within 5 s")
    func changed() throws {
        try playInstalled(
            ["/etc/portreserve/svc": "4000\n", "/etc/portreserve/auto": "40000\n"],
            """
            RANGE = "/proc/sys/net/ipv4/ip_local_port_range"
            def write(path, words):
                with open(path, "w") as file: file.write(words + "\\n")
            def is_listed(words):
                until(f"'{words}' is listed", lambda: content(RESERVED).strip() == words, 5)
            is_listed("40000")
            for turn in turns(4):
                write(RANGE, "3900 4100")
                is_listed("4000")
                write(RESERVED, "3950")
                is_listed("3950,4000")
                write(RESERVED, "")
                is_listed("4000")
                write(RANGE, "50000 60000")
                is_listed("")
                write(RANGE, "39000 41000")
                is_listed("40000")
            """)
    }
}
