/// Binding, to find out who has a port: from the room's thread, so in the room's network.
///
///     #expect(isHeld("631/tcp") && isFree("632/tcp"), room.story)
///     let served = try bind("[::]:631/tcp", v6only: true)    // closes itself
///     #expect(refusal("127.0.0.1:631/udp") == .addressInUse)

import CRig
import Glibc

/// A bound socket, open as long as somebody keeps it.
final class Bound {
    let fd: Int32

    init(owning fd: Int32) { self.fd = fd }

    deinit { close(fd) }

    /// Makes a server of it.
    func listen() throws(Errno) {
        guard Glibc.listen(fd, 8) == 0 else { throw .last }
    }
}

/// Where to bind; written as the configuration writes it, with the wildcards `0.0.0.0` and `[::]`.
struct Endpoint: Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    var address: String
    var port: UInt16
    var isUDP: Bool

    init(_ address: String, _ port: UInt16, udp: Bool) {
        (self.address, self.port, isUDP) = (address, port, udp)
    }

    /// `[::]:631/tcp`, `127.0.0.1:631/udp`, or `631/tcp` for 0.0.0.0.
    init(stringLiteral text: String) { self.init(text) }

    init(_ text: String) {
        let parts = text.split(separator: "/")
        let address = parts[0].lastIndex(of: ":").map { parts[0][..<$0] } ?? "0.0.0.0"
        guard let port = UInt16(parts[0].split(separator: ":").last ?? "") else {
            fatalError("'\(text)' is no endpoint")
        }
        self.init(
            String(address.filter { $0 != "[" && $0 != "]" }), port, udp: parts[1] == "udp")
    }

    var description: String {
        let transport = isUDP ? "udp" : "tcp"
        if address == "0.0.0.0" { return "\(port)/\(transport)" }
        let place = address.contains(":") ? "[\(address)]" : address
        return "\(place):\(port)/\(transport)"
    }

    func at(_ address: String) -> Self { Self(address, port, udp: isUDP) }
}

/// A socket bound there.
func bind(
    _ endpoint: Endpoint, v6only: Bool = true, reuseAddress: Bool = false, reusePort: Bool = false
) throws(Errno) -> Bound {
    let answer = unsafe endpoint.address.withCString { address in
        unsafe rig_bind(
            rig_endpoint(
                address: address, port: endpoint.port, udp: endpoint.isUDP, v6only: v6only,
                reuse_address: reuseAddress, reuse_port: reusePort))
    }
    return Bound(owning: try Errno.checked(answer))
}

/// Why a bind there is refused; nil when it is not.
func refusal(
    _ endpoint: Endpoint, v6only: Bool = true, reuseAddress: Bool = false
) -> Errno? {
    do throws(Errno) {
        _ = try bind(endpoint, v6only: v6only, reuseAddress: reuseAddress)
        return nil
    } catch {
        return error
    }
}

/// Refused on both families as in use, also to who asks politely with SO_REUSEADDR.
func isHeld(_ endpoint: Endpoint) -> Bool {
    ["0.0.0.0", "::"].allSatisfy { address in
        refusal(endpoint.at(address), reuseAddress: true) == .addressInUse
            && refusal(endpoint.at(address)) == .addressInUse
    }
}

/// A plain bind succeeds on both families, one after the other and both at once.
func isFree(_ endpoint: Endpoint) -> Bool {
    do throws(Errno) {
        let four = try bind(endpoint.at("0.0.0.0"))
        let six = try bind(endpoint.at("::"))
        return withExtendedLifetime((four, six)) { true }
    } catch {
        return false
    }
}

/// What is held of `ports`, as the daemon's log names it: `631/tcp`, `127.0.0.1:5432/tcp`.
///
/// Found by binds on loopback and on an address that nobody has, of each family: a wildcard
/// refuses both, a loopback address only one. Half a wildcard reads `0.0.0.0:631/tcp`.
func heldEndpoints(among ports: some Sequence<UInt16>) -> Set<String> {
    var held: Set<String> = []
    for port in ports {
        for isUDP in [false, true] {
            let name = "\(port)/\(isUDP ? "udp" : "tcp")"
            let refused = ["127.0.0.1", "192.0.2.1", "::1", "2001:db8::1"].map {
                refusal(Endpoint($0, port, udp: isUDP), reuseAddress: true) != nil
            }
            switch (refused[1], refused[3]) {
            case (true, true): held.insert(name)
            case (true, false): held.insert("0.0.0.0:\(name)")
            case (false, true): held.insert("[::]:\(name)")
            case (false, false): break
            }
            if refused[0] && !refused[1] { held.insert("127.0.0.1:\(name)") }
            if refused[2] && !refused[3] { held.insert("[::1]:\(name)") }
        }
    }
    return held
}
