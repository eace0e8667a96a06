import Glibc
import Testing
import Text

@testable import LinuxIO

@Suite("a queue of datagrams that is kept by the kernel")
final class DatagramQueueTests {
    private let queue: Descriptor

    init() throws { queue = try .queue() }

    /// The first datagram, with the files' identities.
    private func first() throws -> (bytes: [UInt8], files: [FileIdentity])? {
        var files: [FileIdentity] = []
        let bytes = try queue.first(most: 1_000) { descriptor in
            if let file = try? descriptor.identity() { files.append(file) }
        }
        return bytes.map { ($0, files) }
    }

    @Test("gives what was put in first, again and again until it is dropped")
    func order() throws {
        #expect(try first() == nil)
        try queue.send([1, 2], with: [])
        try queue.send([3], with: [])

        #expect(try first()?.bytes == [1, 2])
        #expect(try first()?.bytes == [1, 2])
        try queue.dropFirst()
        #expect(try first()?.bytes == [3])
        try queue.dropFirst()
        #expect(try first() == nil)
        try queue.dropFirst()
    }

    @Test("keeps open what is in it, in its order, and closes it when it is dropped")
    func descriptors() async {
        await #expect(processExitsWith: .success) {
            let queue = try Descriptor.queue()
            var pipes: [Int32] = []
            for _ in 0..<126 {
                let pipe = try Pipe()
                pipes += [dup(pipe.readEnd.number), dup(pipe.writeEnd.number)]
            }
            let (reader, writer) = (pipes[0], pipes[1])
            try queue.send([7], with: pipes)
            for end in pipes.dropFirst() { close(end) }

            var numbers: [Int32] = []
            var isOpenOverExec = false
            let bytes = try queue.first(most: 1) { descriptor in
                numbers.append(descriptor.number)
                let flags = fcntl(descriptor.number, F_GETFD)
                isOpenOverExec = isOpenOverExec || flags & FD_CLOEXEC == 0
            }
            #expect(bytes == [7] && numbers.count == 252 && !isOpenOverExec)
            // The writer is in the queue alone.
            var end = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
            let before = unsafe poll(&end, 1, 0)
            #expect(before == 0, "\(writer) is open in the queue")
            try queue.dropFirst()
            let after = unsafe poll(&end, 1, 0)
            #expect(after == 1 && end.revents & Int16(POLLHUP) != 0)
        }
    }

    @Test("refuses what is larger than its reader takes, and whoever else sends")
    func refuses() throws {
        try queue.send(Array(repeating: 1, count: 1_001), with: [])
        #expect(throws: Errno.messageTooLong) { _ = try first() }

        let stranger = Descriptor(owning: socket(AF_UNIX, 2, 0))  // SOCK_DGRAM
        var name = sockaddr_un()
        var size = socklen_t(MemoryLayout<sockaddr_un>.size)
        unsafe withUnsafeMutablePointer(to: &name) { name in
            unsafe name.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
                let (named, connected) = unsafe (
                    getsockname(queue.number, name, &size), connect(stranger.number, name, size)
                )
                #expect(named == 0 && connected == -1 && errno == EPERM)
            }
        }
    }

    @Test("has room for thousands, and says when it is full")
    func room() throws {
        var count = 0
        do throws(Errno) {
            while count < 100_000 {
                try queue.send(Array(repeating: 0, count: 300), with: [])
                count += 1
            }
        } catch {
            #expect(error == .wouldBlock)
        }
        #expect((150..<100_000).contains(count))
    }
}
