/// What the tests ask of the kernel beside the module.

import CRig
import Glibc
import LinuxIO
import Testing
import Text

/// Whether tests that need root can run: a network and cgroups of one's own.
let isRoot = geteuid() == 0

/// Far more than the kernel needs on a busy machine.
let generousMs: Int32 = 180_000

/// Moves the calling thread into a network of its own.
///
/// For exit tests, whose process ends with it.
func enterRoom() throws {
    var room = rig_room()
    let answer = unsafe rig_room_enter(&room)
    guard answer == 0 else { throw Errno(-answer) }
}

/// Takes the ownership of `descriptor`, and ends it.
func drop(_ descriptor: consuming Descriptor) {}

/// Whether something can be read from `number`; waits for it as long as `waitMs`.
func isReadable(_ number: Int32, waitMs: Int32 = 0) -> Bool {
    var polled = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&polled, 1, waitMs) == 1 && polled.revents & Int16(POLLIN) != 0
}

/// A socket that is bound to a port.
struct Peer {
    let number: Int32

    /// Bound there, listening where that is asked for.
    init(_ address: String, port: UInt16, udp: Bool = false, v6only: Bool = false, listens: Bool)
        throws
    {
        number = unsafe address.withCString { address in
            unsafe rig_bind(
                rig_endpoint(
                    address: address, port: port, udp: udp, v6only: v6only, reuse_address: true,
                    reuse_port: false))
        }
        if number < 0 { throw Errno(-number) }
        if listens, listen(number, 64) != 0 { throw Errno(errno) }
    }

    /// Connected to a port of 127.0.0.1, from whatever port.
    init(connectedTo port: UInt16, udp: Bool = false) throws {
        number = socket(AF_INET, Int32((udp ? SOCK_DGRAM : SOCK_STREAM).rawValue), 0)
        try connect(to: port)
    }

    func connect(to port: UInt16) throws {
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = port.bigEndian
        to.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let answer = unsafe withUnsafeBytes(of: &to) { bytes in
            unsafe bytes.withMemoryRebound(to: sockaddr.self) { name in
                unsafe Glibc.connect(number, name.baseAddress, socklen_t(bytes.count))
            }
        }
        guard answer == 0 else { throw Errno(errno) }
    }

    func accepted() throws -> Peer {
        let connection = accept(number, nil, nil)
        guard connection >= 0 else { throw Errno(errno) }
        return Peer(number: connection)
    }

    private init(number: Int32) { self.number = number }

    var inode: UInt32 {
        var status = stat()
        return unsafe fstat(number, &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : 0
    }

    func close() { Glibc.close(number) }
}

/// A program that is killed and reaped with its owner.
final class Child {
    let pid: Int32

    /// `sleep`, whose standard input is `input`.
    init(input: Int32 = RIG_NULL.asDescriptor) throws {
        let words = Array("sleep\0" + "1000\0").map { CChar(bitPattern: $0.asciiValue ?? 0) }
        pid = unsafe words.withUnsafeBufferPointer { words in
            let null = RIG_NULL.asDescriptor
            return unsafe rig_spawn(
                rig_program(
                    words: words.baseAddress, words_bytes: words.count, environment: nil,
                    environment_bytes: 0, streams: (input, null, null)))
        }
        if pid < 0 { throw Errno(-pid) }
    }

    func kill() { Glibc.kill(pid, SIGKILL) }

    func reap() {
        var status: Int32 = 0
        unsafe waitpid(pid, &status, 0)
    }

    deinit {
        kill()
        reap()
    }
}

extension Int {
    fileprivate var asDescriptor: Int32 { Int32(self) }
}
