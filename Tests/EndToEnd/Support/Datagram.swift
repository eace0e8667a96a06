/// 0.0.5's words: a bare service name as a datagram, and the lock on the pid file.
///
///     try sendOldRelease("cups")                 // what 0.0.5's portrelease does
///     let old = try OldDaemon()                  // what portrelease meets where 0.0.5 runs
///     #expect(old.receive() == "cups")

import CRig
import Glibc

let datagramSocket = "/run/portreserve/socket"

/// Sends a release as 0.0.5 does: connect, send the name without a NUL, close.
func sendOldRelease(_ service: String) throws(Errno) {
    let bytes = Array(service.utf8)
    let answer = unsafe bytes.withUnsafeBytes { bytes in
        unsafe rig_send(datagramSocket, bytes.baseAddress, bytes.count)
    }
    _ = try Errno.checked(answer)
}

/// 0.0.5's daemon, as far as a portrelease can see: a datagram socket.
final class OldDaemon {
    let fd: Int32

    private let path: String
    private let stays: Bool

    /// Binds there; the file stays behind when `staying`, as it does when a process is killed.
    init(at path: String = datagramSocket, staying: Bool = false) throws(Errno) {
        unsafe mkdir("/run/portreserve", 0o755)
        (self.path, stays) = (path, staying)
        fd = try Errno.checked(unsafe rig_listen_datagram(path))
    }

    deinit {
        close(fd)
        if !stays { unsafe unlink(path) }
    }

    /// The next datagram; nil when none comes in time.
    func receive(_ deadline: Deadline = .generous) -> String? {
        guard deadline.wait(for: [fd]) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = unsafe recv(fd, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
}
