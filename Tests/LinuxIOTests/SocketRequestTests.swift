import Testing

@testable import LinuxIO

/// What inet_diag's own filter makes of a socket at `port`: true lets it through.
///
/// nil where the kernel would refuse the steps: each has to lead forward, to a step that is there.
private func lets(_ port: UInt16, through code: [UInt8]) -> Bool? {
    func short(_ at: Int) -> UInt16 { UInt16(code[at]) | UInt16(code[at + 1]) << 8 }
    var starts: Set<Int> = [code.count, code.count + 4]
    var walked = 0
    while walked < code.count {
        starts.insert(walked)
        walked += Int(code[walked + 1])
    }
    guard walked == code.count else { return nil }
    var place = 0
    while place < code.count {
        let isYes: Bool
        switch code[place] {
        case 1: isYes = false
        case 2: isYes = port >= short(place + 6)
        case 3: isYes = port <= short(place + 6)
        case _: return nil
        }
        place += isYes ? Int(code[place + 1]) : Int(short(place + 2))
        guard starts.contains(place) else { return nil }
    }
    return place == code.count
}

@Suite("a request for sockets") struct SocketRequestTests {
    @Test(
        "has a filter for its ports",
        arguments: [
            [], [631...631], [0...0], [65_535...65_535], [0...65_535], [1...2, 5...5],
            [1...2, 5...5, 100...200, 60_000...65_535],
        ] as [[ClosedRange<UInt16>]])
    func filter(ranges: [ClosedRange<UInt16>]) {
        let code = portFilter(ranges)

        let edges = ranges.flatMap { [$0.lowerBound, $0.upperBound] }
        let beside: [UInt16] = edges.map { $0 &+ 1 } + edges.map { $0 &- 1 }
        for port in edges + beside + [0, 631, 65_535] {
            let isWanted = ranges.contains { $0.contains(port) }
            #expect(lets(port, through: code) == isWanted, "\(port)")
        }
    }

    @Test("says its length, its sequence, what it is for, and carries its filter")
    func layout() {
        let request = socketRequest(
            .udp, isIPv6: true, ports: [631...631], .everything, sequence: 0x0102)

        #expect(request.count == 16 + 56 + 4 + 16)
        #expect(request.prefix(12) == [92, 0, 0, 0, 20, 0, 1, 3, 2, 1, 0, 0])
        #expect(request[16..<24] == [10, 17, 0, 0, 0xff, 0x3f, 0, 0])
        #expect(request[72..<76] == [20, 0, 1, 0])
        #expect(Array(request[76...]) == portFilter([631...631]))
    }

    @Test("asks for no more of TCP than is wanted, and for all of UDP")
    func scope() {
        func states(_ transport: Transport, _ scope: FoundSocket.Scope) -> [UInt8] {
            let request = socketRequest(
                transport, isIPv6: false, ports: [], scope, sequence: 1)
            return Array(request[20..<24])
        }

        #expect(states(.tcp, .listening) == [0, 0x04, 0, 0])
        #expect(states(.tcp, .bound) == [0, 0x20, 0, 0])
        #expect(states(.tcp, .withoutConnections) == [0, 0x24, 0, 0])
        for scope in [FoundSocket.Scope.everything, .listening, .bound, .withoutConnections] {
            #expect(states(.udp, scope) == [0xff, 0x3f, 0, 0])
        }
    }

    @Test("goes without a filter where there are more ranges than one takes")
    func tooMany() {
        let most = FoundSocket.filteredRangesMax
        let ranges = (0...most).map { UInt16(2 * $0)...UInt16(2 * $0) }
        func request(_ count: Int) -> Int {
            socketRequest(
                .tcp, isIPv6: false, ports: Array(ranges.prefix(count)), .everything, sequence: 1
            ).count
        }

        #expect(request(most) == 16 + 56 + 4 + 20 * most - 4)
        #expect(request(most + 1) == 16 + 56)
        #expect(lets(2, through: portFilter(Array(ranges.prefix(most)))) == true)
        #expect(lets(3, through: portFilter(Array(ranges.prefix(most)))) == false)
    }
}
