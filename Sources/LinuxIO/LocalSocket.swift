internal import CLinux

/// A local socket without a name, closed on exec.
func localSocket(_ type: __socket_type, flags: Int32 = 0) throws(Errno) -> Descriptor {
    let kind = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | flags
    return Descriptor(owning: try ask { socket(AF_UNIX, kind, 0) })
}

extension Descriptor {
    /// Bounds each wait of the kind that `option` names; 0 waits for ever.
    borrowing func setTimeout(_ option: Int32, seconds: Int) throws(Errno) {
        let size = socklen_t(MemoryLayout<timeval>.size)
        let bound = timeval(tv_sec: seconds, tv_usec: 0)
        let number = number
        _ = try unsafe withUnsafePointer(to: bound) { bound throws(Errno) in
            try ask { unsafe setsockopt(number, SOL_SOCKET, option, bound, size) }
        }
    }

    /// Connects to the local socket `path`.
    borrowing func connect(to path: Path) throws(Errno) {
        try unsafe withLocalName(path) { (name, size) throws(Errno) in
            try unsafe connect(to: name, socklen_t(size))
        }
    }

    /// Connects to whom the first `size` bytes of `name` name.
    borrowing func connect(
        to name: UnsafePointer<sockaddr_un>, _ size: socklen_t
    ) throws(Errno) {
        let general = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: sockaddr.self)
        _ = try ask { unsafe CLinux.connect(number, general, size) }
    }
}

extension Descriptor {
    /// Fills `name` with what this socket is bound to, cut to its room, and gives the length.
    @discardableResult
    borrowing func readName<Name>(into name: inout Name) throws(Errno) -> socklen_t {
        let number = number
        var size = socklen_t(MemoryLayout<Name>.size)
        _ = try unsafe withUnsafeMutablePointer(to: &name) { name throws(Errno) in
            let general = unsafe UnsafeMutableRawPointer(name).assumingMemoryBound(
                to: sockaddr.self)
            return try ask { unsafe getsockname(number, general, &size) }
        }
        return size
    }
}

/// Lends the address of the local socket `path`, cut to what an address can hold.
func withLocalName(
    _ path: Path, _ body: (UnsafePointer<sockaddr_un>, Int) throws(Errno) -> Void
) throws(Errno) {
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    try unsafe path.withPointer { pointer throws(Errno) in
        unsafe withUnsafeMutableBytes(of: &name.sun_path) { room in
            let room = unsafe room.assumingMemoryBound(to: CChar.self)
            guard let start = room.baseAddress else { return }
            unsafe strncpy(start, pointer, room.count - 1)
        }
    }
    try unsafe body(&name, MemoryLayout<sockaddr_un>.size)
}
