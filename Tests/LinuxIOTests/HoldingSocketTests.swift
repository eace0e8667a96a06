import CRig
import Glibc
import Testing

@testable import LinuxIO

/// What the network does with a hold, in a network of its own.
@Suite("traffic at a holding socket", .enabled(if: isRoot, "needs root for a network of its own"))
struct HoldingSocketTests {
    @Test("the TIME_WAIT of a server's connection is no hindrance")
    func timeWait() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let server = Options(reuseAddress: true).open("127.0.0.1", udp: false)
            #expect(listen(server, 1) == 0)
            let client = try connected(SOCK_STREAM)
            let accepted = accept(server, nil, nil)
            #expect(accepted >= 0)
            close(accepted)  // The side that closes first has the TIME_WAIT.
            #expect(isReadable(client.number, waitMs: generousMs))
            drop(client)
            close(server)
            #expect(Options().bind("127.0.0.1", udp: false) == -EADDRINUSE, "there is none")

            let hold = try holdingSocket(.tcp, .anyOfBothFamilies, port: 631)

            #expect(Options(reuseAddress: true).bind("127.0.0.1", udp: false) == -EADDRINUSE)
            withExtendedLifetime(hold) {}
        }
    }

    @Test("a connection is refused at once")
    func connection() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let hold = try holdingSocket(.tcp, .anyOfBothFamilies, port: 631)

            #expect(
                refusal { () throws(Errno) in try connected(SOCK_STREAM) } == .connectionRefused)
            withExtendedLifetime(hold) {}
        }
    }

    @Test("a datagram is dropped, and its sender hears nothing")
    func datagrams() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let hold = try holdingSocket(.udp, .anyOfBothFamilies, port: 631)
            let sender = try connected(SOCK_DGRAM)
            let word: [UInt8] = [1, 2, 3]
            for _ in 0..<100 { try sender.send(word.span) }
            // A later datagram that has arrived somewhere else tells that these have, too.
            let witness = Options().open("127.0.0.1", udp: true, port: 632)
            let other = try connected(SOCK_DGRAM, port: 632)
            try other.send(word.span)
            #expect(isReadable(witness, waitMs: generousMs))

            #expect(!isReadable(hold.number))
            #expect(try hold.receive(most: 10) == .nothing)
            try sender.send(word.span)  // An answer of ICMP would refuse this one.
            close(witness)
        }
    }
}

/// A socket that is connected to a port of 127.0.0.1.
private func connected(_ type: __socket_type, port: UInt16 = 631) throws(Errno) -> Descriptor {
    let socket = Descriptor(owning: socket(AF_INET, Int32(type.rawValue), 0))
    var to = sockaddr_in()
    to.sin_family = sa_family_t(AF_INET)
    to.sin_port = port.bigEndian
    to.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let answer = unsafe withUnsafeBytes(of: &to) { bytes in
        unsafe bytes.withMemoryRebound(to: sockaddr.self) { name in
            unsafe connect(socket.number, name.baseAddress, socklen_t(bytes.count))
        }
    }
    guard answer == 0 else { throw Errno(errno) }
    return socket
}
