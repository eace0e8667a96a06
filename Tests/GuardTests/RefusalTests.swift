import LinuxIO
import Testing

@testable import Guard

@Suite("a port with a rule", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct RefusalTests {
    static let everywhere: [Endpoint] = [false, true].flatMap { isUDP in
        [
            Endpoint(address: "0.0.0.0", isUDP: isUDP),
            Endpoint(address: "::", isUDP: isUDP, isOnlyIPv6: true),
            Endpoint(address: "::", isUDP: isUDP),
            Endpoint(address: "127.0.0.1", isUDP: isUDP),
            Endpoint(address: "::1", isUDP: isUDP),
            Endpoint(address: "::ffff:127.0.0.1", isUDP: isUDP),
        ]
    }

    @Test("lets its places and who is below them bind, and tells all others that it is in use")
    func places() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep(.tcp, 631, rig.x.place)
            try rig.guard.rules.assign([GuardedPorts(.udp, 631...631)], to: rule)
            for there in RefusalTests.everywhere {
                let story: Comment = "\(there.testDescription)"
                #expect(bind(from: rig.x, there) == nil, story)
                #expect(bind(from: rig.child, there) == nil, story)
                #expect(bind(from: rig.sibling, there) == .addressInUse, story)
                #expect(bind(from: rig.parent, there) == .addressInUse, story)
                #expect(bind(from: nil, there) == .addressInUse, story)
            }
        }
    }

    @Test("is nobody's where the rule has no place, and everybody's in another network")
    func nobody() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            let all = [GuardedPorts(.tcp, 631...631), GuardedPorts(.udp, 631...631)]
            try rig.guard.rules.assign(all, to: rig.guard.rules.nobody)
            for there in RefusalTests.everywhere {
                let story: Comment = "\(there.testDescription)"
                #expect(bind(from: rig.x, there) == .addressInUse, story)
                #expect(bind(from: nil, there) == .addressInUse, story)
                let stranger = Binder(cgroup: rig.sibling, isElsewhere: true)
                #expect(stranger.bind(there).refusal == nil, story)
                var beside = there
                for port in [630, 632] as [UInt16] {
                    beside.port = port
                    #expect(bind(from: nil, beside) == nil, story)
                }
            }

            try rig.guard.rules.assign(all, to: nil)
            for there in RefusalTests.everywhere { #expect(bind(from: nil, there) == nil) }
        }
    }

    @Test("knows four places, each at its level alone")
    func levels() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let cgroups = try (0..<4).map { try Cgroup("place\($0)", below: rig.parent) }
            let rule = try rig.keep()
            for cgroup in cgroups {
                let hasRoom = rig.guard.rules.add(cgroup.place, to: rule)
                #expect(hasRoom)
            }
            let hasRoom = rig.guard.rules.add(rig.x.place, to: rule)
            #expect(!hasRoom)

            for cgroup in cgroups { #expect(bind(from: cgroup) == nil) }
            #expect(bind(from: rig.x) == .addressInUse)
            rig.guard.rules.clear(cgroups[1].id, of: rule)
            #expect(bind(from: cgroups[1]) == .addressInUse)
            let wrong = GuardPlace(id: cgroups[1].id, level: cgroups[1].level + 1)
            let isIn = rig.guard.rules.add(wrong, to: rule)
            #expect(isIn)
            #expect(bind(from: cgroups[1]) == .addressInUse)
        }
    }

    @Test("is bound by the socket whose cookie is named, and by no other of its process")
    func own() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            try rig.guard.rules.assign([GuardedPorts(.tcp, 631...631)], to: rig.guard.rules.nobody)

            let hold = try holdingSocket(.tcp, .anyOfBothFamilies, port: 631) {
                socket throws(Errno) in
                rig.guard.rules.own = try socket.cookie()
            }
            #expect(bind(from: nil, Endpoint(isUDP: false)) == .addressInUse)
            drop(hold)
            #expect(bind(from: nil, Endpoint(isUDP: false)) == .addressInUse)
            #expect(throws: Errno.addressInUse) { drop(try Endpoint(isUDP: false).socket()) }
            rig.guard.rules.own = 0

            let kinds = try rig.events().map(\.kind)
            #expect(kinds == [.refused])
        }
    }

    @Test("is refused to the kernel's own words: the automatic ports beside it are not")
    func automatic() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            try rig.guard.rules.assign([GuardedPorts(.udp, 1...1023)], to: rig.guard.rules.nobody)
            #expect(bind(from: nil, Endpoint(port: 0)) == nil)
            #expect(bind(from: nil, Endpoint(port: 1023)) == .addressInUse)
            #expect(bind(from: nil, Endpoint(port: 1024)) == nil)
            #expect(bind(from: nil, Endpoint(port: 1023, isUDP: false)) == nil)
        }
    }
}
