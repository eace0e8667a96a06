import LinuxIO
import Testing

@testable import Guard

@Suite("an open place", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct OpenPlaceTests {
    @Test("becomes the session of who binds first, and stays that")
    func session() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let user = try Cgroup("user", below: rig.parent)
            let session = try Cgroup("session", below: user)
            let deeper = try Cgroup("deeper", below: session)
            let other = try Cgroup("other", below: user)
            // `parent` stands for user.slice.
            let rule = try rig.keep(.udp, 631, rig.parent.openPlace)
            #expect(rig.guard.rules.places(of: rule) == [rig.parent.openPlace])

            #expect(bind(from: nil) == .addressInUse)
            #expect(bind(from: deeper) == nil)
            #expect(rig.guard.rules.places(of: rule) == [session.place])
            #expect(bind(from: other) == .addressInUse)
            #expect(bind(from: user) == .addressInUse)
            #expect(bind(from: session) == nil)
            #expect(rig.guard.rules.places(of: rule) == [session.place])
        }
    }

    @Test("becomes what is one below where there is no more, and stays open where there is nothing")
    func shallow() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep(.udp, 631, rig.parent.openPlace)
            #expect(bind(from: rig.parent) == nil)
            #expect(rig.guard.rules.places(of: rule) == [rig.parent.openPlace])
            #expect(bind(from: rig.x) == nil)
            #expect(rig.guard.rules.places(of: rule) == [rig.x.place])
            #expect(bind(from: rig.sibling) == .addressInUse)
        }
    }

    @Test("is nobody's where the binder has a place of his own")
    func other() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep(.udp, 631, rig.x.place, rig.parent.openPlace)
            #expect(bind(from: rig.child) == nil)
            #expect(rig.guard.rules.places(of: rule) == [rig.x.place, rig.parent.openPlace])
            #expect(bind(from: rig.sibling) == nil)
            #expect(rig.guard.rules.places(of: rule) == [rig.x.place, rig.sibling.place])
        }
    }

    @Test("has one word, which another place takes last")
    func word() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let rule = try rig.keep()
            for id in 1...4 as ClosedRange<UInt64> {
                let hasRoom = rig.guard.rules.add(GuardPlace(id: id, level: 1), to: rule)
                #expect(hasRoom)
            }
            let isOpened = rig.guard.rules.add(rig.parent.openPlace, to: rule)
            #expect(!isOpened)
            rig.guard.rules.clear(1, of: rule)
            let isOpenedThere = rig.guard.rules.add(rig.parent.openPlace, to: rule)
            #expect(!isOpenedThere)
            rig.guard.rules.clear(4, of: rule)
            let isOpenedAtLast = rig.guard.rules.add(rig.parent.openPlace, to: rule)
            #expect(isOpenedAtLast)
            let isSaidAgain = rig.guard.rules.add(rig.parent.openPlace, to: rule)
            #expect(isSaidAgain)
            #expect(rig.guard.rules.places(of: rule).map(\.id) == [2, 3, rig.parent.id])
            rig.guard.rules.clear(rig.parent.id, of: rule)
            #expect(rig.guard.rules.places(of: rule).map(\.id) == [2, 3])
        }
    }
}
