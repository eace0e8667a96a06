internal import CLinux

// A queue that lives in the kernel: a local datagram socket that is connected to itself. Its
// datagrams, and the descriptors in them, stay as long as some process has the socket.

extension Descriptor {
    /// An empty queue; nobody else can send to it.
    ///
    /// unix(7): a bind to the family alone has the kernel choose a name, and who is connected to
    /// somebody else gets EPERM. Its room is what net.core.wmem_max allows, for CAP_NET_ADMIN more.
    public static func queue() throws(Errno) -> Descriptor {
        let queue = try localSocket(SOCK_DGRAM, flags: Int32(SOCK_NONBLOCK.rawValue))
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        try unsafe queue.bind(&name, size: MemoryLayout<sa_family_t>.size)
        // Of a name of that kind the length is a part.
        let size = try queue.readName(into: &name)
        try unsafe queue.connect(to: &name, size)
        try? queue.set(SOL_SOCKET, SO_SNDBUF, queueBytes)
        try? queue.set(SOL_SOCKET, SO_SNDBUFFORCE, queueBytes)
        return queue
    }

    /// Sends one datagram with copies of up to 253 descriptors, waiting for room as the socket was
    /// made to.
    @inline(never)
    public borrowing func send(_ bytes: [UInt8], with descriptors: [Int32]) throws(Errno) {
        assert(descriptors.count <= descriptorsMax, "Linux: SCM_MAX_FD")
        var control = [UInt64](repeating: 0, count: controlWords)
        let size = headerBytes + MemoryLayout<Int32>.size * descriptors.count
        var refusal: Errno?
        unsafe control.withUnsafeMutableBytes { control in
            var header = cmsghdr()
            header.cmsg_len = size
            header.cmsg_level = SOL_SOCKET
            header.cmsg_type = Int32(SCM_RIGHTS)
            unsafe control.storeBytes(of: header, as: cmsghdr.self)
            for (index, descriptor) in descriptors.enumerated() {
                unsafe control.storeBytes(
                    of: descriptor, toByteOffset: headerBytes + 4 * index, as: Int32.self)
            }
            unsafe bytes.withUnsafeBytes { bytes in
                var part = unsafe iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress),
                    iov_len: bytes.count)
                refusal = unsafe exchange(&part, control, descriptors.isEmpty ? 0 : size) {
                    unsafe sendmsg($0, $1, Int32(MSG_NOSIGNAL))
                }.refusal
            }
        }
        if let refusal { throw refusal }
    }

    /// A copy of the first datagram of a queue, which stays where it is.
    ///
    /// Copies of its descriptors are handed to `take`, one by one. nil: there is no datagram.
    /// Throws `.messageTooLong` for one of more than `most` bytes, `.tooManyOpenFiles` where this
    /// process may not have all of its descriptors; then it has none.
    @inline(never)
    public borrowing func first(
        most: Int, _ take: (consuming Descriptor) -> Void
    ) throws(Errno) -> [UInt8]? {
        do throws(Errno) {
            let size = try receive(bytes: 0, Int32(MSG_PEEK)).count
            if size > most { throw .messageTooLong }
            return try receive(bytes: size, Int32(MSG_PEEK), take).bytes
        } catch .wouldBlock {
            return nil
        }
    }

    /// Has `first` begin at the front, and from then on give one datagram after the other; or the
    /// first one always.
    public borrowing func goOnward(_ isOnward: Bool) throws(Errno) {
        // socket(7): where peeks begin, in bytes from the front; -1: at the front.
        try set(SOL_SOCKET, SO_PEEK_OFF, isOnward ? 0 : -1)
    }

    /// Takes the first datagram out of a queue, if there is one; what it had alone is closed.
    public borrowing func dropFirst() throws(Errno) {
        // Descriptors that nobody asks for are closed before the call is over.
        do throws(Errno) { _ = try receive(bytes: 0, 0) } catch .wouldBlock {}
    }

    /// `count` is what the whole datagram has, of which at most so many bytes are given.
    private borrowing func receive(
        bytes most: Int, _ flags: Int32, _ take: (consuming Descriptor) -> Void = { _ in }
    ) throws(Errno) -> (bytes: [UInt8], count: Int) {
        var bytes = [UInt8](repeating: 0, count: most)
        var control = [UInt64](repeating: 0, count: controlWords)
        var answer = Exchanged(count: 0, isCut: false, refusal: nil)
        let always = MSG_DONTWAIT | MSG_CMSG_CLOEXEC | MSG_TRUNC
        unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe control.withUnsafeMutableBytes { control in
                var part = unsafe iovec(iov_base: bytes.baseAddress, iov_len: most)
                answer = unsafe exchange(&part, control, most == 0 ? 0 : control.count) {
                    unsafe recvmsg($0, $1, flags | Int32(always))
                }
            }
        }
        if let refusal = answer.refusal { throw refusal }
        if most > 0, answer.isCut {
            // Linux, net/core/scm.c: where no number is left for one, it and those behind it are.
            handOver(control) { _ in }
            throw .tooManyOpenFiles
        }
        handOver(control, take)
        return (bytes, answer.count)
    }

    private borrowing func handOver(_ control: [UInt64], _ take: (consuming Descriptor) -> Void) {
        unsafe control.withUnsafeBytes { control in
            let header = unsafe control.load(as: cmsghdr.self)
            guard header.cmsg_type == Int32(SCM_RIGHTS) else { return }
            for offset in stride(from: headerBytes, to: Int(header.cmsg_len), by: 4) {
                let number = unsafe control.load(fromByteOffset: offset, as: Int32.self)
                take(Descriptor(owning: number))
            }
        }
    }

    /// One message in or out of which `part` is the one part.
    private borrowing func exchange(
        _ part: UnsafeMutablePointer<iovec>, _ control: UnsafeMutableRawBufferPointer,
        _ controlBytes: Int, _ call: (Int32, UnsafeMutablePointer<msghdr>) -> Int
    ) -> Exchanged {
        var message = unsafe msghdr()
        unsafe message.msg_iov = part
        unsafe message.msg_iovlen = 1
        unsafe message.msg_control = controlBytes == 0 ? nil : control.baseAddress
        unsafe message.msg_controllen = controlBytes
        do throws(Errno) {
            let count = try ask { unsafe call(number, &message) }
            let isCut = unsafe message.msg_flags & Int32(MSG_CTRUNC) != 0
            return Exchanged(count: count, isCut: isCut, refusal: nil)
        } catch {
            return Exchanged(count: 0, isCut: false, refusal: error)
        }
    }
}

/// What a message in or out has come to.
private struct Exchanged {
    let count: Int
    /// Whether descriptors are missing.
    let isCut: Bool
    let refusal: Errno?
}

/// Linux: net/scm.h.
private let descriptorsMax = 253
/// Of `struct cmsghdr`, which is whole words.
private let headerBytes = MemoryLayout<cmsghdr>.size
private let controlWords = (headerBytes + 4 * (descriptorsMax + 1)) / 8
/// Some thousand records of some hundred bytes, as the kernel counts them.
private let queueBytes: Int32 = 8 << 20
