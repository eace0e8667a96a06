internal import CLinux
public import Text

/// What a path leads to, links followed.
public enum FileKind {
    case regular
    case directory
    case null  // the character device /dev/null
    case other

    fileprivate init(_ status: stat) {
        self =
            switch status.st_mode & UInt32(S_IFMT) {
            case UInt32(S_IFREG): .regular
            case UInt32(S_IFDIR): .directory
            case UInt32(S_IFCHR) where status.st_rdev == nullDevice: .null
            case _: .other
            }
    }
}

/// Which file a descriptor or a path is: equal only for one and the same.
public struct FileIdentity: Equatable, Writable {
    let device: UInt64
    let inode: UInt64

    /// As in JOURNAL_STREAM, systemd.exec(5).
    public var text: Text { "\(device):\(inode)" }

    /// Which file the open descriptor `number` is, whoever owns it; nil when it is closed.
    public init?(ofDescriptor number: Int32) {
        var status = stat()
        if unsafe fstat(number, &status) != 0 { return nil }
        self.init(status)
    }

    fileprivate init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
    }
}

/// How a file is opened; always close-on-exec, never a terminal of ours.
public enum FileAccess {
    case read
    case directory
    case readWrite
    case readWriteCreating(mode: UInt32)
    /// For writing, a file that is not there yet.
    case create(mode: UInt32)
    /// For writing behind its end, without a wait: a log, a device that takes lines.
    case append

    var flags: Int32 {
        switch self {
        // Without O_NONBLOCK the open of a FIFO waits for a writer.
        case .read: O_RDONLY | O_NONBLOCK
        case .directory: O_RDONLY | O_DIRECTORY
        case .readWrite: O_RDWR
        case .readWriteCreating: O_RDWR | O_CREAT
        case .create: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
        case .append: O_WRONLY | O_APPEND | O_NONBLOCK
        }
    }

    var mode: UInt32 {
        switch self {
        case .read, .directory, .readWrite, .append: 0
        case .readWriteCreating(let mode), .create(let mode): mode
        }
    }
}

/// Opens `path` as `access` says.
public func open(_ path: Path, _ access: FileAccess) throws(Errno) -> Descriptor {
    try open(path, access, at: AT_FDCWD)
}

/// Opens `path`, which a relative one is below `directory`.
public func open(
    _ path: Path, _ access: FileAccess, below directory: borrowing Descriptor
) throws(Errno) -> Descriptor {
    try open(path, access, at: directory.number)
}

@inline(never)
private func open(_ path: Path, _ access: FileAccess, at directory: Int32) throws(Errno)
    -> Descriptor
{
    let flags = access.flags | O_CLOEXEC | O_NOCTTY
    let number = try unsafe path.withPointer { pointer throws(Errno) in
        try ask { unsafe clinux_openat(directory, pointer, flags, access.mode) }
    }
    return Descriptor(owning: number)
}

extension Descriptor {
    /// What `path` below this directory leads to, links followed.
    public borrowing func kind(of path: Path) throws(Errno) -> FileKind {
        FileKind(try statusOf(path, at: number))
    }

    /// What this is.
    public borrowing func kind() throws(Errno) -> FileKind { FileKind(try status()) }

    /// Which file this is.
    public borrowing func identity() throws(Errno) -> FileIdentity { FileIdentity(try status()) }

    private borrowing func status() throws(Errno) -> stat {
        let number = number
        var status = stat()
        _ = try ask { unsafe fstat(number, &status) }
        return status
    }

    /// Empties the file and writes `bytes`.
    public borrowing func replaceContents(with bytes: Span<UInt8>) throws(Errno) {
        _ = try ask { ftruncate(number, 0) }
        _ = try unsafe bytes.withUnsafeBytes { bytes throws(Errno) in
            try ask { unsafe pwrite(number, bytes.baseAddress, bytes.count, 0) }
        }
    }
}

// makedev(1, 3), as Linux packs it: Documentation/admin-guide/devices.txt.
private let nullDevice: UInt64 = 0x103

@inline(never)
private func statusOf(_ path: Path, at directory: Int32) throws(Errno) -> stat {
    var status = stat()
    _ = try unsafe path.withPointer { pointer throws(Errno) in
        try ask { unsafe fstatat(directory, pointer, &status, 0) }
    }
    return status
}

/// Which file `path` is, links followed.
public func identity(of path: Path) throws(Errno) -> FileIdentity {
    FileIdentity(try statusOf(path, at: AT_FDCWD))
}

/// Makes a directory; one that is there already is as good.
public func makeDirectory(_ path: Path, mode: UInt32) throws(Errno) {
    try makeDirectory(path, mode: mode, at: AT_FDCWD)
}

extension Descriptor {
    /// Makes a directory below this one; one that is there already is as good.
    public borrowing func makeDirectory(_ path: Path, mode: UInt32) throws(Errno) {
        try LinuxIO.makeDirectory(path, mode: mode, at: number)
    }
}

@inline(never)
private func makeDirectory(_ path: Path, mode: UInt32, at directory: Int32) throws(Errno) {
    do throws(Errno) {
        _ = try unsafe path.withPointer { pointer throws(Errno) in
            try ask { unsafe mkdirat(directory, pointer, mode) }
        }
    } catch .alreadyExists {
    }
}

/// Removes the name of a file, or of an empty directory; one that is missing is as good.
@inline(never)
public func removeFile(_ path: Path, isDirectory: Bool = false) throws(Errno) {
    do throws(Errno) {
        _ = try unsafe path.withPointer { pointer throws(Errno) in
            try ask { unsafe unlinkat(AT_FDCWD, pointer, isDirectory ? AT_REMOVEDIR : 0) }
        }
    } catch .noEntry {
    }
}
