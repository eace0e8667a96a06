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

    @Test("all is held where IPv6 is switched off, an IPv6 address too, for when it is switched on")
    func noIPv6() throws {
        try Room.run { room in
            room.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1")
            room.configure("cups", "ipp\n")
            room.configure("pg", "[::1]:5432/tcp\n")

            let daemon = try room.startDaemon("-f")

            #expect(refusal("0.0.0.0:631/tcp") == .addressInUse, room.story)
            #expect(refusal("0.0.0.0:631/udp") == .addressInUse, room.story)
            #expect(daemon.ready == "portreserve: holding 3 ports of 2 services", room.story)
            #expect(daemon.program.errorLines == [daemon.ready], room.story)
            room.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "0")
            #expect(refusal("[::1]:5432/tcp", reuseAddress: true) == .addressInUse, room.story)
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
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
