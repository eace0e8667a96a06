import LinuxIO
import Testing

@testable import Guard

@Suite("a rule for addresses", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct AddressTests {
    static var one: [InternetAddress] { [.ipv4(0x7f00_0001)] }
    static var six: [InternetAddress] { [.ipv6(high: 0, low: 1)] }
    static var four: [InternetAddress] {
        [.ipv4(0x7f00_0002), .ipv6(high: 0, low: 1), .ipv4(0x7f00_0003), .ipv4(0x7f00_0004)]
    }
    /// What is bound, and by which of the three it is refused.
    static let binds: [(address: String, one: Bool, six: Bool, four: Bool)] = [
        ("127.0.0.1", true, false, false), ("127.0.0.2", false, false, true),
        ("127.0.0.4", false, false, true), ("0.0.0.0", true, false, true),
        ("::", true, true, true), ("::1", false, true, true),
        ("::ffff:127.0.0.1", true, false, false), ("::ffff:127.0.0.4", false, false, true),
        ("::ffff:0.0.0.0", true, false, true), ("2001:db8::1", false, false, false),
        ("127.0.0.9", false, false, false),
    ]

    @Test("refuses them, in each of their forms, and what covers them; no other address")
    func matrix() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            for transport in [Transport.tcp, .udp] {
                _ = try rig.keep(transport, 1, for: AddressTests.one)
                _ = try rig.keep(transport, 2, for: AddressTests.six)
                _ = try rig.keep(transport, 3, for: AddressTests.four)
                for row in AddressTests.binds {
                    for (port, isRefused) in [(1, row.one), (2, row.six), (3, row.four)] {
                        let there = Endpoint(
                            address: row.address, port: UInt16(port), isUDP: transport == .udp)
                        #expect(
                            bind(from: rig.sibling, there) == (isRefused ? .addressInUse : nil),
                            "\(there.testDescription)")
                    }
                }
            }
        }
    }

    @Test("has room for four, and its places bind them")
    func room() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let none = try rig.guard.rules.make(for: AddressTests.four + AddressTests.one)
            #expect(none == nil)

            _ = try rig.keep(.udp, 631, for: AddressTests.four, rig.x.place)
            #expect(bind(from: rig.x, Endpoint(address: "127.0.0.4")) == nil)
        }
    }
}
