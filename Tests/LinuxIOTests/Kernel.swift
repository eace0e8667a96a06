/// What the tests ask of the kernel beside LinuxIO.

import CRig
import Glibc
import Testing
import Text

@testable import LinuxIO

/// Whether `number` is closed on exec.
func isCloseOnExec(_ number: Int32) -> Bool { fcntl(number, F_GETFD) == FD_CLOEXEC }

/// Takes the ownership of `descriptor`, and ends it.
func drop(_ descriptor: consuming Descriptor) {}

/// Whether something can be read from `number`; waits for it as long as `waitMs`.
func isReadable(_ number: Int32, waitMs: Int32 = 0) -> Bool {
    var polled = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, waitMs) == 1 && polled.revents & Int16(POLLIN) != 0
}

/// Far more than the kernel needs on a busy machine.
let generousMs: Int32 = 30_000

/// What `call` is refused with, nil where it succeeds.
func refusal<Answer: ~Copyable>(_ call: () throws(Errno) -> Answer) -> Errno? {
    do throws(Errno) {
        _ = try call()
        return nil
    } catch {
        return error
    }
}

/// Whether tests that need root can run: a network of one's own, other users.
let isRoot = geteuid() == 0

/// Moves the calling thread into a network of its own.
///
/// For exit tests, whose process ends with it.
func enterRoom() throws {
    var room = rig_room()
    let answer = unsafe rig_room_enter(&room)
    guard answer == 0 else { throw Errno(-answer) }
}

/// Makes this process nobody's.
///
/// For exit tests, whose process ends with it.
func becomeNobody() throws {
    guard setgid(65_534) == 0, setuid(65_534) == 0 else { throw Errno(errno) }
}
