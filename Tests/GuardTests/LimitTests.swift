import Glibc
import LinuxIO
import Testing

@testable import Guard

@Suite("refusals", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct LimitTests {
    @Test("are told once a second for each culprit and port, and counted always")
    func culprits() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep(.udp, 631)
            try rig.guard.rules.assign([GuardedPorts(.udp, 632...632)], to: rule)
            let loop = try BindLoop(
                Binder(cgroup: rig.x, user: 65_534), Endpoint(sharesPort: true))
            var told: [GuardEvent] = []
            let beganMs = monotonicMilliseconds()
            for user in 1...20 as ClosedRange<UInt32> {
                #expect(loop.goes(5_000))
                #expect(Binder(cgroup: rig.sibling, user: user).bind().refusal == .addressInUse)
                told += try rig.events()
            }
            #expect(Binder(cgroup: rig.sibling, user: 1).bind(Endpoint(port: 632)).refusal != nil)
            loop.end()
            told += try rig.events()

            let seconds = (monotonicMilliseconds() - beganMs) / 1_000
            let ofLoop = told.filter { $0.uid == 65_534 }
            #expect((1...seconds + 2).contains(ofLoop.count))
            #expect(told.filter { $0.uid < 1_000 }.map(\.uid) == Array(1...20) + [1])
            // The one that was under way when the loop was killed may be missing.
            let refused = loop.refused
            #expect(refused >= 100_000 && loop.bound == 0)
            #expect((refused + 21...refused + 22).contains(rig.guard.rules.refusals(of: rule)))
            let counted = try rig.guard.refusalCount(
                cgroup: rig.x.id, uid: 65_534, .udp, port: 631)
            #expect(counted == refused || counted == refused + 1)
            #expect(ofLoop.last.map { $0.count <= refused + 1 } == true)
            let never = try rig.guard.refusalCount(cgroup: rig.x.id, uid: 9, .udp, port: 631)
            #expect(never == nil)
            #expect(rig.guard.rules.lost == LostEvents(life: 0, refusals: 0, sockets: 0))
        }
    }

    @Test("that nobody reads are lost, and it is told how many; so are sockets' lives")
    func losses() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let all = [GuardedPorts(.udp, 1...1_000)]
            let rule = try rig.keep(.udp, 1)
            try rig.guard.rules.assign(all, to: rule)
            for port in 1...1_000 as ClosedRange<UInt16> {
                #expect(throws: Errno.addressInUse) { drop(try Endpoint(port: port).socket()) }
            }
            let kept = try rig.events()
            #expect(kept.allSatisfy { $0.kind == .refused })
            #expect(kept.count == 585)
            #expect(rig.guard.rules.lost.refusals == 1_000 - 585)
            #expect(rig.guard.rules.refusals(of: rule) == 1_000)

            let hasRoom = rig.guard.rules.add(try rig.rootPlace(), to: rule)
            #expect(hasRoom)
            for round in 1...2 {
                for port in 1...1_000 as ClosedRange<UInt16> {
                    drop(try Endpoint(port: port).socket())
                }
                // What was told is gone on as before: 256 KiB have room for 2,340 events.
                let life = try rig.events()
                #expect(life.count == 2_000 && rig.guard.rules.lost.life == 0, "round \(round)")
            }
            for _ in 0..<2 {
                for port in 1...1_000 as ClosedRange<UInt16> {
                    drop(try Endpoint(port: port).socket())
                }
            }
            let told = try rig.events().count
            #expect(told + rig.guard.rules.lost.life == 4_000)
            #expect(rig.guard.rules.lost.life > 1_000)
        }
    }

    @Test("are of one rule over a band of 72,002 ports, which is laid in no time")
    func band() async {
        let told = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            let rig = try Rig()
            let band = [GuardedPorts(.tcp, 29_535...65_535), GuardedPorts(.udp, 29_535...65_535)]
            let began = ContinuousClock.now
            try rig.guard.rules.assign(band, to: rig.guard.rules.nobody)
            print("a band of 72,002 ports was laid in", ContinuousClock.now - began)

            for isUDP in [false, true] {
                for (port, isRefused) in [(29_534, false), (29_535, true), (65_535, true)] {
                    let there = Endpoint(port: UInt16(port), isUDP: isUDP)
                    #expect((bind(from: nil, there) == .addressInUse) == isRefused)
                }
            }
            try rig.guard.rules.assign(band, to: nil)
            #expect(bind(from: nil, Endpoint(port: 65_535)) == nil)
        }
        print(String(decoding: told?.standardOutputContent ?? [], as: UTF8.self))
    }

    @Test("of sockets that are more than are followed are counted")
    func sockets() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            _ = try rig.keep(.udp, 631, try rig.rootPlace())
            var files = rlimit(rlim_cur: 4_096, rlim_max: 4_096)
            #expect(unsafe setrlimit(__rlimit_resource_t(7), &files) == 0)
            var sockets = try (0..<1_100).map { _ in
                Kept(try Endpoint(sharesPort: true).socket())
            }
            #expect(try rig.events().count == 1_100)
            #expect(rig.guard.rules.lost.sockets == 76)
            #expect(rig.guard.rules.lost.life == 0)
            sockets.removeAll()
            #expect(try rig.events().count == 1_024)
        }
    }
}

private final class Kept {
    let socket: Descriptor
    init(_ socket: consuming Descriptor) { self.socket = socket }
}
