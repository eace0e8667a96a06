/// The guard cannot be had: column W, and why, said once.

import Glibc
import Testing

@Suite("guard: its absence", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardAbsenceTests {
    static let all = [
        Absence(
            testDescription: "CAP_BPF", wrapper: ["setpriv", "--bounding-set", "-cap_39,-cap_21"],
            said: "bpf(2), the maps: Operation not permitted"),
        Absence(
            testDescription: "cgroup2",
            wrapper: [
                "unshare", "--mount", "sh", "-c",
                "for m in $(awk '/ - cgroup2 /{print $5}' /proc/self/mountinfo); do umount -l $m;"
                    + " done; exec \"$0\" \"$@\"",
            ], said: "there is no cgroup2"),
        Absence(
            testDescription: "bpf(2), which a seccomp filter answers with EPERM",
            wrapper: bpfRefused(EPERM), said: "bpf(2), the maps: Operation not permitted"),
        Absence(
            testDescription: "bpf(2), which a seccomp filter answers with ENOSYS",
            wrapper: bpfRefused(ENOSYS), said: "bpf(2), the maps: Function not implemented"),
        Absence(
            testDescription: "set_retval, which kernels before 6.1 have not for binds",
            wrapper: oldKernel, said: "bpf(2), the program for inet4_bind: Invalid argument"),
    ]

    struct Absence: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let wrapper: [String]
        let said: String
    }

    @Test(
        "is said once with the reason, wherever one asks, and its life is column W", arguments: all)
    func absent(what: Absence) throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n4001/udp permanent\n")
            var setting = Setting()
            setting.wrapper = what.wrapper
            let daemon = try room.startAnyDaemon(["-f", "--stay"], with: setting)

            let client = try room.runPython(
                life + withoutGuard, try Programs.path(of: "portrelease"),
                "not guarded: \(what.said)")
            let status = try room.run("portreservectl", "status")

            #expect(client.status == 0, room.story)
            #expect(status.outputText.contains("not guarded: \(what.said)"), room.story)
            #expect(try daemon.stop() == 0, room.story)
            let lines = daemon.program.errorLines.filter { $0.contains("guard") }
            #expect(lines.count == 1, room.story)
            #expect(
                lines.first?.hasPrefix("portreserve: no guard: \(what.said)") == true, room.story)
        }
    }

    @Test("for a refused program is told with the verifier's words at debug, and none is left")
    func verifier() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            var setting = Setting()
            setting.wrapper = oldKernel

            let daemon = try room.startAnyDaemon(["-d", "--stay"], with: setting)

            #expect(daemon.hears("portreserve: holding 1 port of 1 service"), room.story)
            let words = "program of this type cannot use helper"
            #expect(daemon.program.errorText.contains(words), room.story)
            // Programs and links are descriptors, and so gone where there is none.
            let kinds = room.descriptors(of: daemon.innerPid).values
            #expect(!kinds.contains { $0.contains("bpf") }, "\(kinds)")
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// Both are held, and say why they are not guarded; the one is free for whoever comes once it is
/// released, and held again when its service is gone.
private let withoutGuard = """
    for reply in Varlink().all("List"):
        it = reply["parameters"]["reservation"]
        same("guarded", it["guarded"], False)
        holds(it.get("reason"), (it.get("reason") or "").startswith(sys.argv[2]))
        same("state", it["state"], "held")
    same("held", [try_bind(4000, reuse=True), try_bind(4001, socket.SOCK_DGRAM)], [None, None])
    release("svc")
    stranger = try_bind(4000, reuse=True)
    holds("free for whoever comes", stranger)
    stranger.close()
    pid, is_up, tell = serve([4000], cgroup("svc.service"), reuse=True)
    holds("the service binds", is_up)
    becomes(4000, "serving")
    os.write(tell, b"q")
    end(pid)
    becomes(4000, "held")
    """

/// Runs a program whose bpf(2) fails with `reason`: struct seccomp_data begins with the number of
/// the call, and 0x50000 is SECCOMP_RET_ERRNO.
private func bpfRefused(_ reason: Int32) -> [String] {
    let script = """
        import ctypes, os, struct, sys
        bpf = {"x86_64": 321, "aarch64": 280}[os.uname().machine]
        code = struct.pack("HBBI" * 4, 0x20, 0, 0, 0, 0x15, 0, 1, bpf,
                           6, 0, 0, 0x50000 | \(reason), 6, 0, 0, 0x7fff0000)
        class Filter(ctypes.Structure):
            _fields_ = [("count", ctypes.c_ushort), ("code", ctypes.c_char_p)]
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
        answer = ctypes.CDLL(None).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER,
                                         ctypes.byref(Filter(4, code)))
        if answer: sys.exit("no filter")
        os.execv(sys.argv[1], sys.argv[1:])
        """
    return ["/usr/bin/python3", "-I", "-c", script]
}

/// Runs a program for which the kernel refuses set_retval, as Tests/OldKernel does it.
private let oldKernel = ["env", "LD_PRELOAD=\(Thief.folder)/liboldkernel.so"]
