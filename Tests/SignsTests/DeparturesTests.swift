import Glibc
import LinuxIO
import Testing

@testable import Signs

/// What a filter makes of a message whose ports are these.
private func passes(
    _ steps: [Descriptor.FilterStep], local: UInt16, remote: UInt16
) -> Bool? {
    var accumulator: UInt16 = 0
    var index = 0
    while index < steps.count {
        var skipped = 0
        switch steps[index] {
        case .load(FoundSocket.localPortOffset): accumulator = local
        case .load(FoundSocket.remotePortOffset): accumulator = remote
        case .load: return nil
        case .ifEqual(let value, let skip, let otherwise):
            skipped = accumulator == value ? skip : otherwise
        case .ifGreater(let value, let skip, let otherwise):
            skipped = accumulator > value ? skip : otherwise
        case .ifAtLeast(let value, let skip, let otherwise):
            skipped = accumulator >= value ? skip : otherwise
        case .pass: return true
        case .drop: return false
        }
        guard (0...255).contains(skipped) else { return nil }
        index += 1 + skipped
    }
    return nil
}

/// A range, as two ports, or one.
private func single(_ port: Int) -> ClosedRange<UInt16> { UInt16(port)...UInt16(port) }

@Suite("the filter of departures") struct DepartureFilterTests {
    @Test("lets nothing pass where nothing is asked for")
    func nothing() {
        let steps = departureFilter(unconnected: [], all: [])

        for local in [0, 1, 631, UInt16.max] {
            #expect(passes(steps, local: local, remote: 0) == false)
        }
    }

    @Test("lets the ports of listeners pass unconnected, and contested ones in any case")
    func both() {
        let steps = departureFilter(
            unconnected: [10...20, single(631), 65_535...65_535], all: [single(15), 0...1])
        let wanted: Set<UInt16> = [10, 14, 16, 20, 631, 65_535]

        for local in [0, 1, 2, 9, 10, 14, 15, 16, 20, 21, 630, 631, 632, 65_534, 65_535] as [UInt16]
        {
            let isContested = [0, 1, 15].contains(local)
            let isWanted = isContested || wanted.contains(local)
            #expect(passes(steps, local: local, remote: 0) == isWanted, "\(local)")
            #expect(passes(steps, local: local, remote: 9) == isContested, "\(local)")
        }
    }

    @Test("lets all of them pass in a list as long as it takes, and more in a longer one")
    func long() {
        let half = Limits.filteredRanges / 2
        for (unconnected, all) in [(half, half), (half + 1, half), (half, half + 1), (999, 999)] {
            let steps = departureFilter(
                unconnected: (0..<unconnected).map { single(1_000 + 2 * $0) },
                all: (0..<all).map { single(3_000 + 2 * $0) })

            let isExact = unconnected + all <= Limits.filteredRanges
            #expect(steps.count <= 2 * Limits.filteredRanges + 6)
            for index in 0..<unconnected {
                #expect(passes(steps, local: UInt16(1_000 + 2 * index), remote: 0) == true)
            }
            for index in 0..<all {
                #expect(passes(steps, local: UInt16(3_000 + 2 * index), remote: 9) == true)
            }
            #expect(passes(steps, local: 1_001, remote: 0) == !isExact)
            #expect(passes(steps, local: 1_001, remote: 9) == (all > half))
        }
    }

    @Test("is taken by the kernel at its longest")
    func longest() throws {
        let netlink = try Descriptor.socketDiagnosis()
        let half = Limits.filteredRanges / 2
        let ranges = (0..<half).map { single(2 * $0) }

        for _ in 0..<3 {
            try netlink.attachFilter(departureFilter(unconnected: ranges, all: ranges))
        }
    }
}

/// Each in a process and a network of its own, where nobody else closes sockets.
@Suite("departures", .enabled(if: isRoot, "needs root for a network of its own"))
struct DeparturesTests {
    @Test(
        "are told of sockets of both protocols and families, with the place they were bound to")
    func told() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var departures = try Departures()
            try departures.watch(unconnected: [631...634], all: [])

            try Peer("127.0.0.1", port: 631, listens: true).close()
            try Peer("::1", port: 632, listens: true).close()
            try Peer("0.0.0.0", port: 633, udp: true, listens: false).close()
            try Peer("::", port: 634, udp: true, listens: false).close()
            let gone = try departures.collect(4).sorted { $0.port < $1.port }

            #expect(gone.map { $0.port } == [631, 632, 633, 634])
            #expect(gone.map { $0.transport } == [.tcp, .tcp, .udp, .udp])
            let one = InternetAddress.ipv6(high: 0, low: 1)
            #expect(
                gone.map { $0.address }
                    == [.ipv4(0x7f00_0001), one, .anyIPv4, .anyOfBothFamilies])
            #expect(try departures.read() == .gone([]))
        }
    }

    @Test("are told when the last owner has closed, not before, by the cookie of a search")
    func lastOwner() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var departures = try Departures()
            try departures.watch(unconnected: [631...631], all: [])
            let peer = try Peer("127.0.0.1", port: 631, listens: true)
            let second = dup(peer.number)
            let found = try findSockets(.tcp, ports: [631...631]).sockets

            peer.close()
            try Peer("127.0.0.2", port: 631, listens: true).close()
            let first = try departures.collect(1)
            #expect(first.map { $0.address } == [.ipv4(0x7f00_0002)], "one owner is left")

            close(second)
            #expect(try departures.collect(1).map { $0.cookie } == found.map { $0.cookie })
        }
    }

    @Test("of a busy server's connections wake nobody, and of a contested port all do")
    func connections() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var departures = try Departures()
            try departures.watch(unconnected: [631...631], all: [])
            let server = try Peer("127.0.0.1", port: 631, listens: true)
            try converse(with: server, port: 631, count: 10)
            server.close()
            let gone = try departures.collect(1)
            #expect(gone.map { $0.remotePort } == [0], "the listener, and nothing before it")

            try departures.watch(unconnected: [], all: [632...632])
            let contested = try Peer("127.0.0.1", port: 632, listens: true)
            try converse(with: contested, port: 632, count: 10)
            contested.close()
            let all = try departures.collect(11)
            #expect(all.count == 11 && all.count { $0.remotePort == 0 } == 1)
            #expect(try departures.read() == .gone([]))
        }
    }

    @Test("of other ports are not told, nor what was not asked for at that moment")
    func filtered() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var departures = try Departures()
            try Peer("127.0.0.1", port: 631, listens: true).close()
            let witness = try Departures.ofEverything()
            try Peer("127.0.0.1", port: 630, listens: true).close()
            #expect(isReadable(witness.descriptor.number, waitMs: generousMs))

            try departures.watch(unconnected: [631...631], all: [])
            try Peer("127.0.0.1", port: 632, listens: true).close()
            try Peer("127.0.0.1", port: 631, listens: true).close()

            #expect(try departures.collect(1).map { $0.port } == [631])
        }
    }

    @Test("that were too many are said to be lost, once, and later ones are told")
    func lost() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var departures = try Departures.ofEverything()
            var size: Int32 = 0
            #expect(
                unsafe setsockopt(
                    departures.descriptor.number, SOL_SOCKET, SO_RCVBUF, &size, 4) == 0)
            let witness = try Departures.ofEverything()
            for port in UInt16(4_000)..<4_100 {
                try Peer("127.0.0.1", port: port, listens: true).close()
            }
            try witness.waitFor(port: 4_099)

            var lostCount = 0
            while isReadable(departures.descriptor.number) {
                if try departures.read() == .lost { lostCount += 1 }
            }
            #expect(lostCount == 1)
            try Peer("127.0.0.1", port: 5_000, listens: true).close()
            #expect(try departures.collect(1).map { $0.port } == [5_000])
        }
    }

    @Test("need no privilege")
    func unprivileged() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            #expect(setgid(65_534) == 0 && setuid(65_534) == 0)
            var departures = try Departures.ofEverything()

            try Peer("127.0.0.1", port: 4_001, listens: true).close()

            #expect(try departures.collect(1).map { $0.port } == [4_001])
        }
    }
}

/// Accepts `count` connections, which are closed by the server and then by the client.
private func converse(with server: Peer, port: UInt16, count: Int) throws {
    for _ in 0..<count {
        let client = try Peer(connectedTo: port)
        try server.accepted().close()
        #expect(isReadable(client.number, waitMs: generousMs))
        client.close()
    }
}

extension Departures {
    fileprivate static func ofEverything() throws(Errno) -> Departures {
        let departures = try Departures()
        try departures.watch(unconnected: [], all: [0...UInt16.max])
        return departures
    }

    /// Waits until `count` have been told.
    fileprivate mutating func collect(_ count: Int) throws -> [FoundSocket] {
        var all: [FoundSocket] = []
        while all.count < count {
            guard isReadable(descriptor.number, waitMs: generousMs) else {
                Issue.record("\(all.count) of \(count) were told")
                return all
            }
            guard case .gone(let gone) = try read() else {
                Issue.record("lost")
                return all
            }
            all += gone
        }
        return all
    }

    /// Waits until the socket at `port` is gone.
    fileprivate consuming func waitFor(port: UInt16) throws {
        while try !collect(1).contains(where: { $0.port == port }) {}
    }
}
