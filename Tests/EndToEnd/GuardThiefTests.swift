/// Thieves of libraries against the guard: they look for any low port, and refused one go on.

import Testing

@Suite("guard: thieves of libraries", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardThiefTests {
    @Test(
        "go on to the next port, from one that is released and from one that has no hold",
        arguments: ["glibc", "tirpc4", "tirpc6"])
    func goOn(how: String) throws {
        try Room.run { room in
            room.configure("bmc", "800-801 permanent\n")
            try room.playGuarded(
                by: "749\n750\n",
                """
                HOW, KINDS = "\(how)", ["tcp", "udp"]
                def steal_in(path, port, kind):
                    # What bindresvport answers with is told, were it anything but a port.
                    read, write = os.pipe()
                    def body():
                        return subprocess.run([sys.argv[3], HOW, str(port), kind], stdout=write).returncode
                    status = run_in(path, body)
                    os.close(write)
                    with os.fdopen(read) as it: return status, it.read().strip()
                path = cgroup("svc.service")
                release_in(path)
                becomes(749, "released")
                same("800", [record(800)[key] for key in ["state", "guarded"]], ["held", True])
                for kind in KINDS:
                    for first, next in [(749, "751"), (750, "751"), (800, "802"), (801, "802")]:
                        same(f"{first}/{kind}", steal_in(other, first, kind), (0, next))
                    same(f"{kind} of the service's own", steal_in(path, 749, kind), (0, "749"))
                for port in [749, 750, 800, 801]:
                    for kind in KINDS: is_said(f"{port}/{kind}: refused to 'thief'")
                """)
        }
    }
}
