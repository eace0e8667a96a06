import Glibc
import LinuxIO
import Testing
import Text

@testable import Guard

@Suite("what the guard tells", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct EventTests {
    @Test("of a refusal is who, where, what and by which rule")
    func refusal() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep(.tcp, 631, generation: 7)
            let beforeNs = UInt64(monotonicMilliseconds()) * 1_000_000
            let there = Endpoint(address: "::1", isUDP: false)
            let (refusal, pid) = Binder(cgroup: rig.x, user: 65_534).bind(there)
            #expect(refusal == .addressInUse)

            let event = try #require(try rig.events().first)
            #expect(event.kind == .refused)
            #expect(event.pid == pid)
            #expect(event.uid == 65_534)
            #expect(event.cgroup == rig.x.id)
            #expect(try event.command.description == commandOfThisThread())
            #expect(event.transport == .tcp && event.port == 631)
            #expect(event.address == .ipv6(high: 0, low: 1))
            #expect(event.rule == rule && event.generation == 7 && event.count == 1)
            #expect(event.cookie != 0)
            #expect(event.timeNs >= beforeNs && event.timeNs <= beforeNs + 60_000_000_000)
        }
    }

    @Test("of a socket is that it is bound, and that its last owner has let it go")
    func life() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            // All are below the root of all.
            let rule = try rig.keep(.udp, 631, try rig.rootPlace(), generation: 3)
            let socket = try Endpoint().socket()
            let cookie = try socket.cookie()
            let bound = try #require(try rig.events().first)
            #expect(bound.kind == .bound && bound.cookie == cookie && bound.pid == getpid())
            #expect(bound.transport == .udp && bound.port == 631)
            #expect(bound.address == .anyIPv4)
            #expect(bound.rule == rule && bound.generation == 3)

            rig.guard.rules.begin(4, of: rule)
            let second = Descriptor(owning: dup(socket.number))
            drop(socket)
            #expect(try rig.events().isEmpty)
            drop(second)
            let letGo = try #require(try rig.events().first)
            #expect(letGo.kind == .letGo && letGo.cookie == cookie && letGo.port == 631)
            #expect(letGo.transport == .udp && letGo.rule == rule && letGo.generation == 3)
            #expect(try rig.events().isEmpty)
        }
    }

    @Test("of a bind that fails later, or of a socket without a rule, is nothing")
    func nothing() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let before = try Endpoint(port: 632).socket()
            _ = try rig.keep(.udp, 631, try rig.rootPlace())
            _ = try rig.keep(.udp, 632, try rig.rootPlace())
            #expect(bind(from: nil, Endpoint(port: 632)) == .addressInUse)
            #expect(bind(from: nil, Endpoint(port: 633)) == nil)
            drop(before)
            #expect(try rig.events().isEmpty)
        }
    }

    @Test("of a socket that was bound before, and is put in by hand, is when it is let go")
    func byHand() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let one = try Endpoint().socket()
            let other = try Endpoint(port: 632).socket()
            let rule = try rig.keep(.udp, 631, try rig.rootPlace())
            for (socket, port) in [(try one.cookie(), 631), (try other.cookie(), 632)] {
                try rig.guard.follow(socket, .udp, port: UInt16(port), rule: rule, generation: 9)
            }
            try rig.guard.unfollow(try other.cookie())
            try rig.guard.unfollow(1)

            let cookie = try one.cookie()
            drop(other)
            drop(one)
            let events = try rig.events()
            #expect(events.map(\.cookie) == [cookie])
            #expect(events.first?.kind == .letGo && events.first?.port == 631)
            #expect(events.first?.rule == rule && events.first?.generation == 9)
        }
    }

    @Test("can be waited for, in both rings")
    func readiness() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            var events = try Events(most: 4)
            try events.add(rig.guard.life.ring, token: 1)
            try events.add(rig.guard.refusals.ring, token: 2)
            _ = try rig.keep(.udp, 631, rig.x.place)
            #expect(try events.wait(milliseconds: 0).isEmpty)
            // Many more than a ring has room for in all.
            for _ in 0..<2_000 {
                #expect(bind(from: nil, Endpoint(port: 630)) == nil)
            }
            for user in 1...300 as ClosedRange<UInt32> {
                try #require(Binder(user: user).bind().refusal == .addressInUse)
                #expect(try events.wait(milliseconds: Int(generousMs)).map(\.token) == [2])
                #expect(try rig.events().map(\.uid) == [user])
            }
            #expect(bind(from: rig.x) == nil)
            #expect(try events.wait(milliseconds: Int(generousMs)).map(\.token) == [1])
            #expect(try rig.events().map(\.kind) == [.bound, .letGo])
            #expect(try events.wait(milliseconds: 0).isEmpty)
        }
    }
}

private func commandOfThisThread() throws -> String {
    // A fork has the name of the thread that made it.
    let name = try open("/proc/thread-self/comm", .read).readAll(most: 100)
    return Text(name.prefix { $0 != UInt8(ascii: "\n") }).description
}
