import Seeded
import Testing

@testable import Reservations

@Suite("the index of ports") struct PortIndexTests {
    @Test("keeps a number for each protocol and port, and for no other")
    func keeps() {
        var index = PortIndex()
        index[.tcp, 1] = 0
        index[.udp, 65_535] = 131_069

        #expect(index[.tcp, 1] == 0)
        #expect(index[.udp, 1] == nil)
        #expect(index[.tcp, 2] == nil)
        #expect(index[.tcp, 65_535] == nil)
        #expect(index[.udp, 65_535] == 131_069)
    }

    @Test("agrees with a dictionary", arguments: UInt64(0)..<10)
    func seeded(seed: UInt64) {
        struct Key: Hashable {
            let transport: TransportProtocol
            let port: UInt16
        }
        var random = Seeded(state: seed)
        var index = PortIndex()
        var wanted: [Key: Int] = [:]
        for step in 0..<500 {
            let port = UInt16.random(in: 0...1000, using: &random) &* 67
            let key = Key(transport: Bool.random(using: &random) ? .tcp : .udp, port: port)
            let number = Bool.random(using: &random) ? step : nil
            index[key.transport, key.port] = number
            wanted[key] = number
        }
        for transport in TransportProtocol.allCases {
            for port in UInt16.min...UInt16.max {
                let key = Key(transport: transport, port: port)
                if index[transport, port] != wanted[key] { Issue.record("\(key)") }
            }
        }
    }
}
