import Glibc
import Testing

@testable import LinuxIO

@Suite("a netlink socket") struct NetlinkTests {
    @Test("never waits for an answer that does not come")
    func nothing() throws {
        let socket = try Descriptor.socketDiagnosis()
        var buffer = [UInt8](repeating: 0, count: 64)

        #expect(
            refusal { () throws(Errno) in try socket.receiveFromKernel(into: &buffer) }
                == .wouldBlock)
        #expect(isCloseOnExec(socket.number))
    }

    @Test("says how long an answer was that did not fit")
    func cut() throws {
        let socket = try Descriptor.socketDiagnosis()
        try socket.askForSockets(
            .tcp, isIPv6: false, ports: [], .everything, sequence: 1)
        var buffer = [UInt8](repeating: 0, count: 6)

        #expect(try socket.receiveFromKernel(into: &buffer) == 20)
        #expect(buffer[4] == 3, "NLMSG_DONE")
    }

    @Test("takes nothing from anybody but the kernel", .enabled(if: isRoot, "needs root to send"))
    func foreign() throws {
        let socket = try Descriptor.socketDiagnosis()
        try socket.joinDestroyedSockets()
        let other = try Descriptor.socketDiagnosis()
        // A struct sockaddr_nl, which Glibc does not have.
        var name = [UInt8](repeating: 0, count: 12)
        var size = socklen_t(name.count)
        let word: [UInt8] = Array(repeating: 7, count: 32)
        let sent = unsafe name.withUnsafeMutableBytes { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { name in
                guard let name = name.baseAddress else { return -1 }
                guard unsafe getsockname(socket.number, name, &size) == 0 else { return -1 }
                return unsafe sendto(other.number, word, word.count, 0, name, size)
            }
        }
        #expect(sent == word.count)
        var buffer = [UInt8](repeating: 0, count: 64)

        #expect(isReadable(socket.number, waitMs: generousMs))
        #expect(try socket.receiveFromKernel(into: &buffer) == 0)
    }
}
