import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

/// What changes the whole process is done in one of its own.
@Suite("the process") struct ProcessTests {
    @Test("knows itself")
    func itself() {
        #expect(ThisProcess.pid == getpid())
        #expect(ThisProcess.arguments.map { $0.description } == CommandLine.arguments)
    }

    @Test("knows which others are alive")
    func others() {
        #expect(isAlive(pid: getpid()))
        #expect(isAlive(pid: 1))
        #expect(!isAlive(pid: 99_999_999), "no pid is so large")
    }

    @Test("knows those that it may not signal", .enabled(if: isRoot, "needs root"))
    func foreign() async {
        await #expect(processExitsWith: .success) {
            let parent = getppid()
            try becomeNobody()

            #expect(isAlive(pid: parent))
        }
    }

    @Test("knows its environment")
    func variables() async {
        await #expect(processExitsWith: .success) {
            #expect(unsafe setenv("PORTRESERVE_TEST", "a=b", 1) == 0)
            #expect(unsafe setenv("PORTRESERVE_EMPTY", "", 1) == 0)

            #expect(ThisProcess.environment("PORTRESERVE_TEST") == "a=b")
            #expect(ThisProcess.environment("PORTRESERVE_EMPTY") == "")
            #expect(ThisProcess.environment("PORTRESERVE_NONE") == nil)
        }
    }

    @Test("moves to the root directory, and has no working directory when that is gone")
    func directory() async {
        await #expect(processExitsWith: .success) {
            let place = try TemporaryDirectory()
            try place.makeDirectory("here")
            #expect(unsafe chdir("\(place.path)/here") == 0)
            #expect(ThisProcess.workingDirectory == place.place("here"))
            #expect(unsafe rmdir("\(place.path)/here") == 0)
            #expect(ThisProcess.workingDirectory == nil)

            try ThisProcess.moveToRootDirectory()

            #expect(ThisProcess.workingDirectory == "/")
        }
    }

    @Test("forks, and starts a session that it leads, once")
    func session() async {
        await #expect(processExitsWith: .success) {
            switch try ThisProcess.fork() {
            case .child:
                let isFirst = (try? ThisProcess.startSession()) != nil && getsid(0) == getpid()
                let again = refusal { () throws(Errno) in try ThisProcess.startSession() }
                ThisProcess.leave(status: isFirst && again == .notPermitted ? 7 : 8)
            case .parent:
                var status: Int32 = 0
                #expect(unsafe wait(&status) > 0)
                #expect(status == 7 << 8)
            }
        }
    }

    @Test("leaves with the status that it is told", arguments: [0, 1, 64] as [Int32])
    func leaving(status: Int32) async {
        await #expect(processExitsWith: .exitCode(status)) { [status] in
            ThisProcess.leave(status: status)
        }
    }

    @Test("opens /dev/null where a standard descriptor is closed, and leaves others alone")
    func standardDescriptors() async {
        await #expect(processExitsWith: .success) {
            let error = FileIdentity(ofDescriptor: 2)
            close(0)
            close(1)

            ThisProcess.openStandardDescriptors()

            let null = try identity(of: "/dev/null")
            #expect(FileIdentity(ofDescriptor: 0) == null)
            #expect(FileIdentity(ofDescriptor: 1) == null)
            #expect(FileIdentity(ofDescriptor: 2) == error)
            let next = try open("/", .directory)
            #expect(next.number > 2)
        }
    }
}

@Suite("the limit on open files") struct OpenFileLimitTests {
    @Test("is set and read, soft and hard")
    func setting() async {
        await #expect(processExitsWith: .success) {
            let before = try OpenFileLimit.current()
            #expect(before.soft <= before.hard)

            try OpenFileLimit.set(soft: 100, hard: 200)

            let after = try OpenFileLimit.current()
            #expect(after.soft == 100 && after.hard == 200)
        }
    }

    @Test("above the hard one is root's to give", .enabled(if: isRoot, "needs root"))
    func refused() async {
        await #expect(processExitsWith: .success) {
            try OpenFileLimit.set(soft: 100, hard: 200)
            try becomeNobody()

            let raised = refusal { () throws(Errno) in try OpenFileLimit.set(soft: 201, hard: 201) }
            let wrong = refusal { () throws(Errno) in try OpenFileLimit.set(soft: 201, hard: 200) }

            #expect(raised == .notPermitted)
            #expect(wrong == Errno(EINVAL))
        }
    }
}
