/// Both families, however the machine has set them up.

import Testing

@Suite("both families")
struct FamiliesTests {
    @Test("are held where net.ipv6.bindv6only is 1")
    func bindv6only() throws {
        try Room.run { room in
            room.write("/proc/sys/net/ipv6/bindv6only", "1")
            room.configure("cups", "ipp\n")

            _ = try room.startDaemon("-f")

            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
        }
    }

    @Test("IPv4 is held where IPv6 is switched off, and an IPv6 address is said to be missing")
    func noIPv6() throws {
        try Room.run { room in
            room.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1")
            room.configure("cups", "ipp\n")
            room.configure("pg", "[::1]:5432/tcp\n")

            let daemon = try room.startDaemon("-f")

            #expect(refusal("0.0.0.0:631/tcp") == .addressInUse, room.story)
            #expect(refusal("0.0.0.0:631/udp") == .addressInUse, room.story)
            let missing =
                "[::1]:5432/tcp: bind: Cannot assign requested address, not reserved for 'pg'"
            #expect(daemon.hears(missing), room.story)
        }
    }

    @Test("a thief on one address of one family is said, and the rest is held")
    func half() throws {
        try Room.run { room in
            room.configure("cups", "ipp/tcp\n4001/tcp\n")
            let thief = try bind("[::1]:631/tcp")

            let daemon = try room.startDaemon("-f")

            #expect(
                daemon.hears("631/tcp: bind: Address already in use, not reserved for 'cups'"),
                room.story)
            #expect(isHeld("4001/tcp"), room.story)
            withExtendedLifetime(thief) {}
        }
    }
}
