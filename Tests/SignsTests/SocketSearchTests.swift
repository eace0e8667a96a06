import Glibc
import LinuxIO
import Testing

@testable import Signs

/// What a search tells of one socket, without what differs from run to run.
private struct Sight: Equatable {
    let state: FoundSocket.State
    let address: InternetAddress
    let remotePort: UInt16
    let inode: UInt32

    init(_ state: FoundSocket.State, _ address: InternetAddress, inode: UInt32, to port: UInt16 = 0)
    {
        self.state = state
        self.address = address
        remotePort = port
        self.inode = inode
    }

    init(_ found: FoundSocket) {
        self.init(found.state, found.address, inode: found.inode, to: found.remotePort)
    }
}

private func sights(
    _ transport: Transport, _ port: UInt16, _ scope: FoundSocket.Scope = .everything
) throws -> [Sight] {
    let found = try findSockets(transport, ports: [port...port], scope)
    #expect(!found.isCut)
    #expect(found.sockets.allSatisfy { $0.port == port && $0.transport == transport })
    return found.sockets.map { Sight($0) }
}

private var loopback: InternetAddress { .ipv4(0x7f00_0001) }

/// Each in a process and a network of its own, where every port is free.
@Suite("a search for sockets", .enabled(if: isRoot, "needs root for a network of its own"))
struct SocketSearchTests {
    @Test("finds who listens, by IPv4, by IPv6, and by both")
    func listening() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let four = try Peer("127.0.0.1", port: 631, listens: true)
            let six = try Peer("::1", port: 631, listens: true)
            let any = try Peer("0.0.0.0", port: 632, listens: true)
            let both = try Peer("::", port: 633, listens: true)
            let only = try Peer("::", port: 634, v6only: true, listens: true)
            let mapped = try Peer("::ffff:127.0.0.1", port: 635, listens: true)
            let one = InternetAddress.ipv6(high: 0, low: 1)

            #expect(
                try sights(.tcp, 631) == [
                    Sight(.listening, loopback, inode: four.inode),
                    Sight(.listening, one, inode: six.inode),
                ])
            #expect(try sights(.tcp, 632) == [Sight(.listening, .anyIPv4, inode: any.inode)])
            #expect(
                try sights(.tcp, 633) == [Sight(.listening, .anyOfBothFamilies, inode: both.inode)])
            #expect(
                try sights(.tcp, 634) == [
                    Sight(.listening, .ipv6(high: 0, low: 0), inode: only.inode)
                ])
            #expect(try sights(.tcp, 635) == [Sight(.listening, loopback, inode: mapped.inode)])
            #expect(try sights(.udp, 631).isEmpty && sights(.tcp, 630).isEmpty)
        }
    }

    @Test("finds what is bound and does not listen, which nothing else shows")
    func bound() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let tcp = try Peer("127.0.0.1", port: 631, listens: false)
            let udp = try Peer("::", port: 631, udp: true, v6only: true, listens: false)
            let six = InternetAddress.ipv6(high: 0, low: 0)

            for scope in [FoundSocket.Scope.everything, .bound, .withoutConnections] {
                #expect(try sights(.tcp, 631, scope) == [Sight(.bound, loopback, inode: tcp.inode)])
                #expect(try sights(.udp, 631, scope) == [Sight(.bound, six, inode: udp.inode)])
            }
            #expect(try sights(.tcp, 631, .listening).isEmpty)
            #expect(listen(tcp.number, 1) == 0)
            let listening = [Sight(.listening, loopback, inode: tcp.inode)]
            #expect(try sights(.tcp, 631, .listening) == listening)
            #expect(try sights(.tcp, 631, .bound).isEmpty)
        }
    }

    @Test("finds a connection from the port, where nobody listens")
    func connection() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let server = try Peer("127.0.0.1", port: 80, listens: true)
            let client = try Peer("127.0.0.1", port: 631, listens: false)
            try client.connect(to: 80)
            let asker = try Peer("0.0.0.0", port: 631, udp: true, listens: false)
            try asker.connect(to: 53)

            #expect(
                try sights(.tcp, 631)
                    == [Sight(.connection, loopback, inode: client.inode, to: 80)])
            #expect(try sights(.tcp, 631, .bound).isEmpty)
            #expect(
                try sights(.udp, 631, .bound)
                    == [Sight(.connection, loopback, inode: asker.inode, to: 53)])
            server.close()
        }
    }

    @Test("finds what a connection has left behind, and when that ends")
    func timeWait() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let server = try Peer("127.0.0.1", port: 631, listens: true)
            let client = try Peer(connectedTo: 631)
            let accepted = try server.accepted()
            accepted.close()  // The side that closes first has the TIME_WAIT.
            #expect(isReadable(client.number, waitMs: generousMs))
            client.close()
            server.close()

            let left = try findSockets(.tcp, ports: [631...631]).sockets

            #expect(left.count == 1 && left.first?.inode == 0)
            guard case .timeWait(let milliseconds) = left.first?.state else {
                Issue.record("\(left)")
                return
            }
            #expect((1...60_000).contains(milliseconds))
        }
    }

    @Test("tells who made a socket, in which cgroup, and that no two are the same")
    func maker() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let ours = try Peer("127.0.0.1", port: 4_001, listens: true)
            #expect(setegid(65_534) == 0 && seteuid(65_534) == 0)
            let theirs = try Peer("127.0.0.2", port: 4_001, listens: true)
            #expect(seteuid(0) == 0)

            let found = try findSockets(.tcp, ports: [4_001...4_001]).sockets

            let uids = [ours, theirs].map { peer in found.first { $0.inode == peer.inode }?.uid }
            #expect(uids == [0, 65_534])
            #expect(found.count == 2 && found[0].cookie != found[1].cookie)
            #expect(found.allSatisfy { $0.cookie != 0 && $0.cgroup != nil })
        }
    }

    @Test("looks for many ranges at once, in the kernel and without it")
    func manyRanges() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let peers = try [1, 2, 5, 9, 10, 11, 65_535].map {
                try Peer("0.0.0.0", port: $0, udp: true, listens: false)
            }
            func ports(_ ranges: [ClosedRange<UInt16>]) throws -> [UInt16] {
                try findSockets(.udp, ports: ranges).sockets.map { $0.port }.sorted()
            }

            #expect(try ports([]) == [])
            #expect(try ports([2...9]) == [2, 5, 9])
            #expect(try ports([1...1, 5...8, 10...10, 65_535...65_535]) == [1, 5, 10, 65_535])
            #expect(try ports([0...UInt16.max]).count == peers.count)
            let odd = (0..<1_000).map { UInt16($0 * 2 + 1) }.map { $0...$0 }
            for count in [FoundSocket.filteredRangesMax, FoundSocket.filteredRangesMax + 1, 1_000] {
                #expect(try ports(Array(odd.prefix(count))) == [1, 5, 9, 11], "\(count) ranges")
            }
        }
    }

    @Test("says so when there is more than it tells, and is none the worse for it")
    func cut() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
            #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let ports = UInt16(10_000)..<UInt16(10_000 + Limits.foundSockets)
            for port in ports {
                _ = try Peer("127.0.0.1", port: port, udp: true, listens: false)
            }
            #expect(try !findSockets(.udp, ports: [0...UInt16.max]).isCut)
            _ = try Peer("127.0.0.1", port: 9_999, udp: true, listens: false)

            let found = try findSockets(.udp, ports: [0...UInt16.max])

            #expect(found.isCut && found.sockets.count == Limits.foundSockets)
            #expect(try sights(.udp, 9_999).count == 1)
        }
    }

    @Test(
        "joins neighbouring ports",
        arguments: [
            ([], []), ([0], [0...0]), ([65_535], [65_535...65_535]),
            ([1, 2, 2, 3, 5, 65_534, 65_535], [1...3, 5...5, 65_534...65_535]),
            ([7, 5, 0, 6], [0...0, 5...7]),
        ] as [([UInt16], [ClosedRange<UInt16>])])
    func joins(ports: [UInt16], expected: [ClosedRange<UInt16>]) {
        #expect(ranges(of: ports) == expected)
    }
}
