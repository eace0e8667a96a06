import CRig
import Glibc
import Testing

@testable import LinuxIO

/// An address of a holding socket, and which strangers it keeps out.
private struct Place {
    let address: InternetAddress
    let refused: Set<String>
}

/// Where strangers try: both wildcards, two addresses of each family.
private let strangers = ["0.0.0.0", "127.0.0.1", "192.0.2.1", "::", "::1", "2001:db8::1"]

private var places: [Place] {
    [
        Place(address: .anyOfBothFamilies, refused: Set(strangers)),
        Place(address: .anyIPv4, refused: ["0.0.0.0", "127.0.0.1", "192.0.2.1"]),
        Place(address: .ipv4(0x7f00_0001), refused: ["0.0.0.0", "127.0.0.1"]),
        Place(address: .ipv6(high: 0, low: 1), refused: ["::", "::1"]),
        Place(address: .ipv6(high: 0, low: 0), refused: ["::", "::1", "2001:db8::1"]),
    ]
}

/// Each in a process and a network of its own, where every port is free.
@Suite("a holding socket", .enabled(if: isRoot, "needs root for a network of its own"))
struct InternetSocketTests {
    @Test(
        "keeps out who binds beside it, with SO_REUSEADDR too, and nobody else",
        arguments: [false, true])
    func strangersRefused(isUDP: Bool) async {
        await #expect(processExitsWith: .success) { [isUDP] in
            try enterRoom()
            for place in places {
                let hold = try holdingSocket(isUDP ? .udp : .tcp, place.address, port: 631)
                for asks in Options.all {
                    let refused = strangers.filter { asks.bind($0, udp: isUDP) == -EADDRINUSE }
                    #expect(Set(refused) == place.refused, "\(place.address), \(asks)")
                    let got = strangers.filter { asks.bind($0, udp: isUDP) >= 0 }
                    #expect(got.count + refused.count == strangers.count)
                }
                #expect(Options().bind("127.0.0.1", udp: !isUDP) >= 0, "the other protocol is free")
                #expect(isCloseOnExec(hold.number))
            }
        }
    }

    @Test("is gone with its owner", arguments: [false, true])
    func gone(isUDP: Bool) async {
        await #expect(processExitsWith: .success) { [isUDP] in
            try enterRoom()
            drop(try holdingSocket(isUDP ? .udp : .tcp, .anyOfBothFamilies, port: 631))

            #expect(strangers.allSatisfy { Options().bind($0, udp: isUDP) >= 0 })
        }
    }

    @Test("holds both families where net.ipv6.bindv6only says one")
    func bindv6only() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let only = try open("/proc/sys/net/ipv6/bindv6only", .readWrite)
            let one: [UInt8] = [UInt8(ascii: "1")]
            try only.write(one.span)

            let hold = try holdingSocket(.tcp, .anyOfBothFamilies, port: 631)

            #expect(strangers.allSatisfy { Options().bind($0, udp: false) == -EADDRINUSE })
            withExtendedLifetime(hold) {}
        }
    }

    @Test("is refused where a stranger is, by the same wildcard or by one address")
    func taken() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            for stranger in strangers {
                for isUDP in [false, true] {
                    let fd = Options().open(stranger, udp: isUDP)
                    #expect(fd >= 0)
                    let refused = refusal { () throws(Errno) in
                        try holdingSocket(isUDP ? .udp : .tcp, .anyOfBothFamilies, port: 631)
                    }
                    #expect(refused == .addressInUse, "\(stranger)")
                    close(fd)
                }
            }
        }
    }

    @Test("is refused beside another one", arguments: [false, true])
    func refused(isUDP: Bool) async {
        await #expect(processExitsWith: .success) { [isUDP] in
            try enterRoom()
            let first = try holdingSocket(isUDP ? .udp : .tcp, .anyOfBothFamilies, port: 631)

            for address in [InternetAddress.ipv4(0x7f00_0001), .ipv6(high: 0, low: 1)] {
                let second = refusal { () throws(Errno) in
                    try holdingSocket(isUDP ? .udp : .tcp, address, port: 631)
                }
                #expect(second == .addressInUse, "\(address)")
            }
            withExtendedLifetime(first) {}
        }
    }

    @Test(
        "holds an address that the host does not have, as at early boot", arguments: [false, true])
    func foreignAddress(isUDP: Bool) async {
        await #expect(processExitsWith: .success) { [isUDP] in
            try enterRoom()
            let foreign: [(InternetAddress, String)] = [
                (.ipv4(0xc000_0201), "192.0.2.1"),
                (.ipv6(high: 0x2001_0db8_0000_0000, low: 1), "2001:db8::1"),
            ]
            for (address, text) in foreign {
                let hold = try holdingSocket(isUDP ? .udp : .tcp, address, port: 631)

                for asks in Options.all {
                    #expect(asks.bind(text, udp: isUDP) == -EADDRINUSE, "\(text), \(asks)")
                }
                withExtendedLifetime(hold) {}
            }
            #expect(strangers.allSatisfy { Options().bind($0, udp: isUDP) >= 0 }, "all are let go")
        }
    }

    @Test("is refused where a stranger is that has SO_REUSEADDR", arguments: [false, true])
    func politeStranger(isUDP: Bool) async {
        await #expect(processExitsWith: .success) { [isUDP] in
            try enterRoom()
            for address in strangers {
                let fd = Options(reuseAddress: true).open(address, udp: isUDP)
                #expect(fd >= 0)
                // Linux: of two TCP sockets with SO_REUSEADDR only one that listens is in the way.
                if !isUDP { #expect(listen(fd, 1) == 0) }
                let refused = refusal { () throws(Errno) in
                    try holdingSocket(isUDP ? .udp : .tcp, .anyOfBothFamilies, port: 631)
                }
                #expect(refused == .addressInUse, "\(address)")
                close(fd)
            }
        }
    }

    @Test("of a low port is not nobody's to make")
    func denied() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            try becomeNobody()

            let refused = refusal { () throws(Errno) in
                try holdingSocket(.tcp, .anyOfBothFamilies, port: 631)
            }

            #expect(refused == .accessDenied)
            _ = try holdingSocket(.tcp, .anyOfBothFamilies, port: 4001)
        }
    }
}

/// How a stranger asks for its port.
struct Options: CustomStringConvertible {
    var reuseAddress = false
    var reusePort = false

    static let all = [
        Options(), Options(reuseAddress: true), Options(reusePort: true),
        Options(reuseAddress: true, reusePort: true),
    ]

    /// A socket bound to port 631, or -errno.
    func open(_ address: String, udp: Bool, port: UInt16 = 631) -> Int32 {
        unsafe address.withCString { address in
            unsafe rig_bind(
                rig_endpoint(
                    address: address, port: port, udp: udp, v6only: true,
                    reuse_address: reuseAddress, reuse_port: reusePort))
        }
    }

    /// 0 where a bind succeeds, and -errno where it does not.
    func bind(_ address: String, udp: Bool) -> Int32 {
        let fd = open(address, udp: udp)
        if fd >= 0 { close(fd) }
        return min(fd, 0)
    }

    var description: String { "reuse address \(reuseAddress), port \(reusePort)" }
}
