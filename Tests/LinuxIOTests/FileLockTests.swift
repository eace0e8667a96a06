import CRig
import Glibc
import TestFiles
import Testing
import Text

@testable import LinuxIO

@Suite("a file's lock") struct FileLockTests {
    private let place: TemporaryDirectory
    private let path: Text

    init() throws {
        place = try TemporaryDirectory()
        path = try place.write("lock")
    }

    private func opened() throws(Errno) -> Descriptor { try open(Path(path), .readWrite) }

    @Test("is one open file's; another of the same process is refused")
    func ours() throws {
        let first = try opened()
        let second = try opened()

        #expect(try first.lock() == .locked)
        #expect(try second.lock() == .refused(pid: nil))
        #expect(try second.lockOwner() == .refused(pid: nil))
        #expect(try first.lockOwner() == nil, "one's own is nobody else's")
        #expect(try first.lock() == .locked, "taken again")
    }

    @Test("is free when nobody has it, and again when its owner is gone")
    func free() throws {
        let second = try opened()
        #expect(try second.lockOwner() == nil)
        do {
            let first = try opened()
            #expect(try first.lock() == .locked)
            #expect(try second.lockOwner() != nil)
        }

        #expect(try second.lockOwner() == nil)
        #expect(try second.lock() == .locked)
    }

    @Test("lasts until the last copy of the descriptor is closed")
    func copies() throws {
        let copy: Descriptor
        do {
            let first = try opened()
            #expect(try first.lock() == .locked)
            copy = Descriptor(owning: dup(first.number))
        }

        #expect(try opened().lockOwner() == .refused(pid: nil))
        withExtendedLifetime(copy) {}
    }

    @Test("and 0.0.5's lock exclude each other")
    func old() throws {
        let file = try opened()
        let name = "\(place.path)/lock"
        let old = unsafe rig_lock_old(name)
        #expect(old >= 0)

        #expect(try file.lock() == .refused(pid: getpid()))
        #expect(try file.lockOwner() == .refused(pid: getpid()))

        close(old)
        #expect(try file.lock() == .locked)
        #expect(unsafe [-EAGAIN, -EACCES].contains(rig_lock_old(name)))
    }
}
