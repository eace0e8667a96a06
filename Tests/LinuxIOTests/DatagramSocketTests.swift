import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("a datagram socket") struct DatagramSocketTests {
    private let place: TemporaryDirectory
    private let path: Text

    init() throws {
        place = try TemporaryDirectory()
        path = place.place("socket")
    }

    @Test("gives each datagram as it was sent, and the user who sent it")
    func messages() throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path))
        let all: [[UInt8]] = [[1, 2, 3], [], [0], Array(repeating: 7, count: 255)]

        for bytes in all { try sender.send(bytes.span) }

        for bytes in all {
            #expect(
                try received(by: receiver, most: 255)
                    == .message(bytes, uid: getuid(), pid: getpid(), cgroup: nil))
        }
        #expect(try received(by: receiver, most: 255) == .nothing)
    }

    @Test("says nothing where nothing is, without waiting")
    func nothing() throws {
        let receiver = try boundDatagramSocket(at: Path(path))

        #expect(try received(by: receiver, most: 10) == .nothing)
    }

    @Test(
        "drops a datagram that is too large, and takes the next",
        arguments: [1, 254, 255, 256, 5000])
    func tooLarge(count: Int) throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path))
        let (large, next) = ([UInt8](repeating: 1, count: count), [UInt8(2)])

        try sender.send(large.span)
        try sender.send(next.span)

        let wanted: Datagram =
            count > 255
            ? .tooLarge(uid: getuid()) : .message(large, uid: getuid(), pid: getpid(), cgroup: nil)
        #expect(try received(by: receiver, most: 255) == wanted)
        #expect(
            try received(by: receiver, most: 255)
                == .message(next, uid: getuid(), pid: getpid(), cgroup: nil))
    }

    @Test("is closed on exec, at both ends")
    func closeOnExec() throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path))

        #expect(isCloseOnExec(receiver.number))
        #expect(isCloseOnExec(sender.number))
    }

    @Test("is bound to a free name only")
    func taken() throws {
        let first = try boundDatagramSocket(at: Path(path))
        let file = try place.write("file")

        let again = refusal { () throws(Errno) in try boundDatagramSocket(at: Path(path)) }
        let onFile = refusal { () throws(Errno) in try boundDatagramSocket(at: Path(file)) }
        let nowhere = refusal { () throws(Errno) in
            try boundDatagramSocket(at: Path(place.place("none/socket")))
        }

        #expect(again == .addressInUse)
        #expect(onFile == .addressInUse)
        #expect(nowhere == .noEntry)
        withExtendedLifetime(first) {}
    }

    @Test("connects to nobody where nobody listens")
    func nobody() throws {
        drop(try boundDatagramSocket(at: Path(path)))
        let file = Path(try place.write("file"))

        let dead = refusal { () throws(Errno) in try connectedDatagramSocket(to: Path(path)) }
        let plain = refusal { () throws(Errno) in try connectedDatagramSocket(to: file) }
        try removeFile(Path(path))
        let missing = refusal { () throws(Errno) in try connectedDatagramSocket(to: Path(path)) }

        #expect(dead == .connectionRefused)
        #expect(plain == .connectionRefused)
        #expect(missing == .noEntry)
    }

    @Test("refuses who sends when its owner is gone")
    func ownerGone() throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path))
        drop(receiver)

        let word: [UInt8] = [1]
        #expect(refusal { () throws(Errno) in try sender.send(word.span) } == .connectionRefused)
    }

    @Test("does not let a sender wait who must not")
    func fullAtOnce() throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path))

        #expect(fill(sender) == .wouldBlock)

        #expect(
            try received(by: receiver, most: 1)
                == .message([1], uid: getuid(), pid: getpid(), cgroup: nil))
        let word: [UInt8] = [2]
        try sender.sendAtOnce(word.span)
    }

    @Test("lets a sender wait for room no longer than it said")
    func fullInTime() throws {
        let receiver = try boundDatagramSocket(at: Path(path))
        let sender = try connectedDatagramSocket(to: Path(path), waitSeconds: 1)
        #expect(fill(sender) == .wouldBlock)

        let word: [UInt8] = [2]
        var refused: Errno?
        let waited = ContinuousClock().measure {
            refused = refusal { () throws(Errno) in try sender.send(word.span) }
        }

        #expect(refused == .wouldBlock)
        #expect(waited >= .milliseconds(900))
        withExtendedLifetime(receiver) {}
    }

    /// Sends until it is refused, and says how.
    private func fill(_ sender: borrowing Descriptor) -> Errno? {
        let word: [UInt8] = [1]
        for _ in 0..<10_000 {
            do throws(Errno) {
                try sender.sendAtOnce(word.span)
            } catch {
                return error
            }
        }
        return nil
    }
}

/// Each in a process of its own, which becomes nobody's or has its own umask.
@Suite("a datagram socket and its users") struct DatagramSocketUserTests {
    @Test("its mode is 0755 where the umask is the daemon's")
    func mode() async {
        await #expect(processExitsWith: .success) {
            let place = try TemporaryDirectory()
            ThisProcess.setFileCreationMask(0o022)

            let receiver = try boundDatagramSocket(at: Path(place.place("socket")))

            #expect(TestFiles.mode(of: "\(place.path)/socket") == 0o755)
            withExtendedLifetime(receiver) {}
        }
    }

    @Test("names the user who sent, not the one who connected", .enabled(if: isRoot, "needs root"))
    func sender() async throws {
        let place = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = place.path as String] in
            let place = TemporaryDirectory(lent: path)
            let path = Path(place.place("socket"))
            let receiver = try boundDatagramSocket(at: path)
            let sender = try connectedDatagramSocket(to: path)
            let word: [UInt8] = [1]
            try sender.send(word.span)

            try becomeNobody()
            try sender.send(word.span)

            #expect(
                try received(by: receiver, most: 1)
                    == .message(word, uid: 0, pid: getpid(), cgroup: nil))
            #expect(
                try received(by: receiver, most: 1)
                    == .message(word, uid: 65_534, pid: getpid(), cgroup: nil))
        }
        withExtendedLifetime(place) {}
    }

    @Test("of mode 0755 is root's to send to", .enabled(if: isRoot, "needs root"))
    func denied() async throws {
        let place = try TemporaryDirectory()
        await #expect(processExitsWith: .success) { [path = place.path as String] in
            let place = TemporaryDirectory(lent: path)
            let path = Path(place.place("socket"))
            ThisProcess.setFileCreationMask(0o022)
            let receiver = try boundDatagramSocket(at: path)
            try becomeNobody()

            let refused = refusal { () throws(Errno) in try connectedDatagramSocket(to: path) }

            #expect(refused == .accessDenied)
            withExtendedLifetime(receiver) {}
        }
        withExtendedLifetime(place) {}
    }
}

/// The next datagram, without the cgroup that newer kernels tell with it.
private func received(by socket: borrowing Descriptor, most: Int) throws(Errno) -> Datagram {
    let datagram = try socket.receive(most: most)
    guard case .message(let bytes, let uid, let pid, _) = datagram else { return datagram }
    return .message(bytes, uid: uid, pid: pid, cgroup: nil)
}
