import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("a process from outside") struct ProcessDescriptorTests {
    @Test("can be waited for, and is none once it is reaped")
    func end() async {
        await #expect(processExitsWith: .success) {
            guard case .parent(let child) = try ThisProcess.fork() else {
                while true { pause() }
            }
            let process = try Descriptor.process(child)
            #expect(!isReadable(process.number) && isCloseOnExec(process.number))

            kill(child, SIGKILL)

            #expect(isReadable(process.number, waitMs: generousMs))
            let zombie = try Descriptor.process(child)
            #expect(isReadable(zombie.number), "a zombie has ended")
            #expect(try ThisProcess.signalThatEnded(child) == SIGKILL)
            let gone = refusal { () throws(Errno) in try Descriptor.process(child) }
            #expect(gone == .noProcess)
        }
    }

    @Test("is among the numbers of its directory, a buffer's worth at a time")
    func numbers() throws {
        let place = try TemporaryDirectory()
        for number in 0..<500 { try place.write("\(number)") }
        for name in ["x", "1x", "-1", "1234567890"] { try place.write(name) }
        let directory = try open(Path(place.place(".")), .directory)

        var all: [Int32] = []
        var calls = 0
        while let more = try directory.nextNumbers() {
            all += more
            calls += 1
        }

        #expect(all.sorted() == Array(0..<500) && calls > 1)
        #expect(try directory.nextNumbers() == nil)
    }

    @Test("tells which of its files are sockets, and nothing of others")
    func inodes() throws {
        let files = try open("/proc/self/fd", .directory)
        let socket = try Descriptor.socketDiagnosis()
        let identity = try socket.identity()

        #expect(try files.socketInode(ofFile: socket.number) == UInt32(identity.inodeNumber))
        #expect(try files.socketInode(ofFile: files.number) == nil)
        let gone = refusal { () throws(Errno) in try files.socketInode(ofFile: 999_999) }
        #expect(gone == .noEntry)
    }

    @Test("does not show its files to strangers", .enabled(if: isRoot, "needs root"))
    func strangers() async {
        await #expect(processExitsWith: .success) {
            let files = try open("/proc/1/fd", .directory)
            let file = try #require(try files.nextNumbers()?.first)
            try becomeNobody()

            let denied = refusal { () throws(Errno) in try files.socketInode(ofFile: file) }
            #expect(denied == .accessDenied)
        }
    }

    @Test(
        "names a socket by its inode",
        arguments: [
            ("socket:[1]", 1), ("socket:[4294967295]", 4_294_967_295), ("socket:[4294967296]", nil),
            ("socket:[99999999999999]", nil), ("socket:[]", nil), ("socket:[12", nil), ("", nil),
            ("pipe:[1]", nil), ("socket:[1x]", nil), ("socket:", nil), ("/socket:[1]", nil),
        ] as [(String, UInt32?)])
    func links(target: String, expected: UInt32?) {
        #expect(inode(ofSocketLink: Array(target.utf8)) == expected)
    }
}
