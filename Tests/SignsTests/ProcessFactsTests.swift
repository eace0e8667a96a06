import Glibc
import LinuxIO
import Testing
import Text

@testable import Signs

@Suite("the facts of a process") struct ProcessFactsTests {
    @Test("are its name, its parent, who it is and where")
    func child() throws {
        let child = try Child()

        let facts = try ProcessFacts(pid: child.pid)

        #expect(facts?.command == "sleep")
        #expect(facts?.parent == getpid())
        #expect(facts?.uid == getuid() && facts?.effectiveUID == geteuid())
        #expect(facts?.cgroup == (try ProcessFacts(pid: getpid())?.cgroup))
        #expect(facts?.cgroup?.isRemoved != true)
    }

    @Test("tell the real user from the one it acts as", .enabled(if: isRoot, "needs root"))
    func users() async {
        await #expect(processExitsWith: .success) {
            let name: [UInt8] = Array("(a) 1\nUid:\t7".utf8)
            let ready = try Pipe()
            guard case .parent(let child) = try ThisProcess.fork() else {
                try become(4_294_967_294, actingAs: 0, named: name, saying: ready.writeEnd)
                while true { pause() }
            }
            defer { kill(child, SIGKILL) }
            #expect(isReadable(ready.readEnd.number, waitMs: generousMs))

            let facts = try ProcessFacts(pid: child)

            #expect(facts?.uid == 4_294_967_294 && facts?.effectiveUID == 0)
            #expect(facts?.command == Text(name), "a name is any bytes")
        }
    }

    @Test("are there for a zombie, and are none once it is reaped")
    func gone() throws {
        let child = try Child()
        let ended = try Descriptor.process(child.pid)
        child.kill()
        #expect(isReadable(ended.number, waitMs: generousMs))

        #expect(try ProcessFacts(pid: child.pid)?.command == "sleep")
        child.reap()
        #expect(try ProcessFacts(pid: child.pid) == nil)
        #expect(try ProcessFacts(pid: 99_999_999) == nil)
    }

    @Test(
        "know the cgroup by its line of version 2, and whether it is removed",
        arguments: [
            ("0::/\n", "/", false),
            (
                "9:name=systemd:/a\n1:cpu:/b\n0::/system.slice/cups.service\n",
                "/system.slice/cups.service", false
            ),
            ("0::/system.slice/old.service (deleted)\n", "/system.slice/old.service", true),
            ("0::/a b (deleted) c", "/a b (deleted) c", false),
            ("0::/../user.slice\n10::/x\n", "/../user.slice", false),
        ] as [(String, Text, Bool)])
    func cgroup(file: String, path: Text, isRemoved: Bool) {
        let cgroup = CgroupPath(inProcessFile: Array(file.utf8))

        #expect(cgroup?.path == path && cgroup?.isRemoved == isRemoved)
    }

    @Test("have no cgroup without that line", arguments: ["", "\n", "1:cpu:/0::/a\n", "0:/\n"])
    func noCgroup(file: String) {
        #expect(CgroupPath(inProcessFile: Array(file.utf8)) == nil)
    }
}

/// Changes who this process is and its name, and then writes something to `ready`.
private func become(
    _ uid: UInt32, actingAs effective: UInt32, named name: [UInt8],
    saying ready: borrowing Descriptor
) throws {
    try open("/proc/self/comm", .readWrite).write(name.span)
    guard setreuid(uid, effective) == 0 else { throw Errno(errno) }
    try ready.write(name.span)
}
