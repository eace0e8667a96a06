internal import CLinux
public import Text

extension Descriptor {
    /// What the link `path` below this directory says, cut at `most` bytes.
    @inline(never)
    public borrowing func linkTarget(_ path: Path, most: Int) throws(Errno) -> [UInt8] {
        let number = number
        var target = [CChar](repeating: 0, count: most)
        var span = target.mutableSpan
        let count = try unsafe span.withUnsafeMutableBufferPointer { room throws(Errno) in
            try unsafe path.withPointer { path throws(Errno) in
                guard let start = room.baseAddress else { return 0 }
                return try ask { unsafe readlinkat(number, path, start, room.count) }
            }
        }
        return target.prefix(count).map { UInt8(bitPattern: $0) }
    }

    /// The directory of the cgroup with this id, on the cgroup2 that this directory is on.
    ///
    /// Linux: a cgroup's id is its file handle, by Linux 5.5 and later. Throws `.stale` where it is
    /// gone, `.notPermitted` without CAP_DAC_READ_SEARCH.
    @inline(never)
    public borrowing func pathOfCgroup(_ id: UInt64) throws(Errno) -> Text {
        let number = number
        let cgroup = Descriptor(owning: try ask { clinux_open_cgroup(number, id) })
        let open = try LinuxIO.open("/proc/self/fd", .directory)
        let path = Path(Text(decimal: Int(cgroup.number)))
        return Text(try open.linkTarget(path, most: Int(PATH_MAX)))
    }
}
