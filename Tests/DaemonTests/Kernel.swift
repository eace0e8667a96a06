/// What the tests ask of the kernel beside LinuxIO.

import CRig
import Glibc
import Testing

@testable import LinuxIO

/// Whether tests can have a network and a /dev of their own.
let isRoot = geteuid() == 0

/// Whether this process may raise its hard limits: CAP_SYS_RESOURCE, which containers lack at times.
let mayRaiseLimits: Bool = {
    let resource = UInt64(1) << 24
    let status = (try? open("/proc/self/status", .read).readAll(most: 65_536)) ?? []
    let lines = String(decoding: status, as: UTF8.self).split(separator: "\n")
    let word = lines.first { $0.hasPrefix("CapEff:") }?.split(separator: "\t").last
    return UInt64(word ?? "", radix: 16).map { $0 & resource != 0 } ?? false
}()

/// Moves the calling thread into a network and a /dev of its own.
///
/// For exit tests, whose process ends with it.
func enterRoom() throws {
    var room = rig_room()
    let answer = unsafe rig_room_enter(&room)
    guard answer == 0 else { throw Errno(-answer) }
}

/// What binding `address` and port 4001 is refused with, 0 where it is not.
func strangerRefused(_ address: String, port: UInt16 = 4001, udp: Bool = false) -> Int32 {
    let fd = unsafe address.withCString { address in
        unsafe rig_bind(
            rig_endpoint(
                address: address, port: port, udp: udp, v6only: true, reuse_address: true,
                reuse_port: false))
    }
    if fd >= 0 { close(fd) }
    return max(-fd, 0)
}
