import CRig
import Glibc
import LinuxIO
import Testing

@testable import Guard

@Suite("the level of one's own cgroup", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct CalibrationTests {
    @Test("is found by binding, wherever one is, and nothing of it is left")
    func levels() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            let atRoot = try rig.guard.ownLevel(of: try rig.rootPlace().id)
            #expect(atRoot == 0)
            for cgroup in [rig.parent, rig.x, rig.child] {
                try cgroup.take(getpid())
                let level = try rig.guard.ownLevel(of: cgroup.id)
                #expect(level == cgroup.level)
                let below = try rig.guard.ownLevel(of: cgroup.id, from: cgroup.level + 1)
                #expect(below == nil)
            }
            let ofOther = try rig.guard.ownLevel(of: rig.sibling.id)
            #expect(ofOther == nil)
            #expect(try rig.events().isEmpty)
            try rig.leaveCgroups()
        }
    }

    @Test("is the real one where a cgroup namespace hides what is above")
    func namespace() async {
        await #expect(processExitsWith: .success) {
            var rig = try Rig()
            try rig.x.take(getpid())
            let isHidden = rig_hide_cgroups() == 0
            #expect(isHidden)
            let level = try rig.guard.ownLevel(of: rig.x.id)
            #expect(level == rig.x.level)
            try rig.leaveCgroups()
        }
    }
}
