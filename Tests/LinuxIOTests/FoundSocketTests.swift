import Glibc
import Seeded
import Testing

@testable import LinuxIO

/// Datagrams of a kernel 6.18, which is little-endian, as it sent them.
private enum Recorded {
    static let header = "7c0000001400020007000000181c0000"
    /// tcp, 127.0.0.1:631, bound; the port is the eleventh byte.
    static let bound =
        header + "02070000" + "0277" + "0000" + loopback + any + "00000000" + "8118000000000000"
        + String(repeating: "00", count: 16) + "28874a04" + "050008000000000008000f0000000000"
        + "0c00150001000000000000000600160052000000"
    static let timeWait =
        "600000001400020007000000181c0000" + "02060300" + "0277b2d6" + loopback + loopback
        + "00000000" + "8418000000000000" + "5cea0000" + String(repeating: "00", count: 16)
        + "08000f0000000000"
    static let bothFamilies = ipv6("0a0a0000", port: "0278", only: "00")
    static let onlyIPv6 = ipv6("0a070000", port: "0279", only: "01")
    static let end = "140000000300020007000000181c000000000000"
    /// News of a UDP socket on [::]:633.
    static let departure =
        "60000000140000000000000000000000" + "0a070000" + "0279" + "0000" + any + any + "00000000"
        + "8c18000000000000" + String(repeating: "00", count: 12) + "ffffffff00000000"
        + "05000a0011000000"

    private static let any = String(repeating: "00", count: 16)
    private static let loopback = "7f000001" + String(repeating: "00", count: 12)

    private static func ipv6(_ head: String, port: String, only: String) -> String {
        "840000001400020007000000181c0000" + head + port + "0000" + any + any + "00000000"
            + "8518000000000000" + String(repeating: "00", count: 12) + "e9030000" + "2e874a04"
            + "0500080000000000" + "05000b00" + only
            + "00000008000f00000000000c0015000100000000000000"
            + "0600160012000000"
    }
}

private func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = Array(hexadecimal)
    return stride(from: 0, to: digits.count, by: 2).map { index in
        UInt8(String(digits[index...index + 1]), radix: 16) ?? 0
    }
}

private func messages(_ text: String, _ sequence: UInt32 = 7) -> [FoundSocket.Message] {
    FoundSocket.messages(in: bytes(text)[...], sequence: sequence, transport: .tcp)
}

private func found(_ text: String) -> FoundSocket? {
    guard case .socket(let socket) = messages(text).first else { return nil }
    return socket
}

/// An answer of its own making: its type, and what stands behind the header.
private func message(_ type: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [UInt8(16 + payload.count), 0, 0, 0, type, 0, 2, 0, 7, 0, 0, 0, 0, 0, 0, 0] + payload
}

@Suite("what sock_diag tells") struct FoundSocketTests {
    @Test("is a socket with its place, its maker and its cgroup")
    func socket() {
        let socket = found(Recorded.bound)

        #expect(socket?.transport == .tcp && socket?.state == .bound)
        #expect(socket?.address == .ipv4(0x7f00_0001) && socket?.port == 631)
        #expect(socket?.remotePort == 0 && socket?.uid == 0)
        #expect(socket?.inode == 0x044a_8728 && socket?.cookie == 0x1881 && socket?.cgroup == 1)
    }

    @Test("is a TIME_WAIT and when it ends")
    func timeWait() {
        let socket = found(Recorded.timeWait)

        #expect(socket?.state == .timeWait(milliseconds: 59_996))
        #expect(socket?.remoteAddress == .ipv4(0x7f00_0001) && socket?.remotePort == 45_782)
        #expect(socket?.inode == 0 && socket?.cgroup == nil)
        // The same of a FIN_WAIT2 whose process is gone.
        let halfClosed = Recorded.timeWait.replacing("02060300", with: "02050300")
        #expect(found(halfClosed)?.state == .timeWait(milliseconds: 59_996))
    }

    @Test("knows IPv6 alone from both families")
    func families() {
        #expect(found(Recorded.bothFamilies)?.address == .anyOfBothFamilies)
        #expect(found(Recorded.bothFamilies)?.state == .listening)
        #expect(found(Recorded.bothFamilies)?.uid == 1_001)
        #expect(found(Recorded.onlyIPv6)?.address == .ipv6(high: 0, low: 0))
    }

    @Test("comes several in a datagram, up to the end")
    func several() {
        let all = messages(Recorded.bound + Recorded.timeWait + Recorded.end)

        #expect(all.count == 3 && all.last == .end)
        #expect(messages(Recorded.end + Recorded.bound).first == .end)
    }

    @Test("is nobody's answer with another sequence number")
    func sequence() {
        #expect(messages(Recorded.bound + Recorded.end, 8).isEmpty)
        #expect(messages(Recorded.bound, 0).isEmpty)
    }

    @Test("is news without a question, which say their protocol")
    func departure() {
        let news = FoundSocket.messages(
            in: bytes(Recorded.departure)[...], sequence: 0, transport: nil)

        guard case .socket(let socket) = news.first else {
            Issue.record("\(news)")
            return
        }
        #expect(socket.transport == .udp && socket.port == 633 && socket.cookie == 0x188c)
        #expect(news.count == 1 && socket.address == .anyOfBothFamilies)
        let mute = bytes(Recorded.departure).dropLast(8)
        let short = [88] + mute.dropFirst()
        #expect(FoundSocket.messages(in: short[...], sequence: 0, transport: nil).isEmpty)
    }

    @Test("is a refusal")
    func refusals() {
        let cases: [([UInt8], FoundSocket.Message?)] = [
            (message(2, [0xfe, 0xff, 0xff, 0xff]), .refused(Errno(ENOENT))),
            (message(3, [0xea, 0xff, 0xff, 0xff]), .refused(Errno(EINVAL))),
            (message(4, []), .refused(.noBufferSpace)), (message(3, []), .end),
            (message(2, [0, 0, 0, 0]), nil), (message(2, [0xfe]), nil), (message(9, [1]), nil),
            (message(2, [0, 0, 0, 0x80]), .refused(Errno(Int32.min))),
        ]
        for (datagram, expected) in cases {
            let all = FoundSocket.messages(in: datagram[...], sequence: 7, transport: .tcp)
            #expect(all.first == expected, "\(datagram)")
        }
    }

    @Test("is nothing of a family that is not the internet's")
    func otherFamily() {
        var datagram = bytes(Recorded.bound)
        datagram[16] = UInt8(AF_UNIX)

        #expect(FoundSocket.messages(in: datagram[...], sequence: 7, transport: .tcp).isEmpty)
    }

    @Test("is read no further than it goes, wherever it is cut")
    func cut() {
        let whole = bytes(Recorded.bound)
        for count in whole.indices {
            let cut = Array(whole.prefix(count))
            #expect(FoundSocket.messages(in: cut[...], sequence: 7, transport: .tcp).isEmpty)
        }
    }

    @Test("does not trap, whatever the bytes", arguments: UInt64(0)..<20)
    func fuzz(seed: UInt64) {
        var random = Seeded(state: seed)
        let seeds = [Recorded.bound, Recorded.timeWait, Recorded.departure, Recorded.bothFamilies]
            .map { bytes($0 + Recorded.end) }
        for _ in 0..<300 {
            var datagram = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                // Lengths and types, or anything.
                let isAnywhere = Bool.random(using: &random)
                let places = isAnywhere ? Array(datagram.indices) : [0, 1, 4, 16, 17, 88, 89, 90]
                datagram[places.randomElement(using: &random) ?? 0] = UInt8.random(
                    in: 0...255, using: &random)
            }
            datagram.removeLast(Int.random(in: 0..<datagram.count, using: &random))
            for sequence in [0, 7] as [UInt32] {
                let all = FoundSocket.messages(
                    in: datagram[...], sequence: sequence, transport: nil)
                #expect(all.count <= datagram.count / 16)
            }
        }
    }
}
