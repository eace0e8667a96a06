internal import CLinux
public import Text

extension Descriptor {
    /// What an inotify descriptor tells.
    public enum Notice: Equatable {
        /// The file itself was written, as far as the kernel tells.
        case modified(watch: Int32)
        /// A name has come into the directory.
        case created(watch: Int32, name: Text)
        /// A name has gone from the directory.
        case deleted(watch: Int32, name: Text)
        /// Nothing more will come from this watch: it was removed, or its file system was.
        case ended(watch: Int32)
        /// News were dropped.
        case lost
    }

    /// An inotify descriptor without a watch; nothing waits at it.
    public static func inotify() throws(Errno) -> Descriptor {
        let flags = Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK)
        return Descriptor(owning: try ask { inotify_init1(flags) })
    }

    /// From now on tells of names that come into the directory `path`, and of those that go.
    ///
    /// One directory has one watch, however often it is asked for.
    public borrowing func watchNames(in path: Path) throws(Errno) -> Int32 {
        try watch(path, UInt32(IN_CREATE) | UInt32(IN_DELETE) | UInt32(IN_ONLYDIR))
    }

    /// From now on tells of changes of the file `path`.
    public borrowing func watchChanges(of path: Path) throws(Errno) -> Int32 {
        try watch(path, UInt32(IN_MODIFY))
    }

    private borrowing func watch(_ path: Path, _ mask: UInt32) throws(Errno) -> Int32 {
        let number = number
        return try unsafe path.withPointer { path throws(Errno) in
            try ask { unsafe inotify_add_watch(number, path, mask) }
        }
    }

    /// Gives up a watch; one that has ended already is as good.
    public borrowing func removeWatch(_ watch: Int32) { inotify_rm_watch(number, watch) }

    /// What is to be told now, as much as fits a buffer; empty when there is nothing.
    public borrowing func nextNotices() throws(Errno) -> [Notice] {
        var bytes = [UInt8](repeating: 0, count: noticesBufferBytes)
        do throws(Errno) {
            let count = try read(into: &bytes)
            return notices(in: bytes[..<count])
        } catch .wouldBlock {
            return []
        }
    }
}

// One notice is at most 16 bytes and a name of 255 and its NUL.
private let noticesBufferBytes = 4_096

/// The notices in what was read, up to a malformed one.
func notices(in bytes: ArraySlice<UInt8>) -> [Descriptor.Notice] {
    var notices: [Descriptor.Notice] = []
    var rest = bytes
    while let header = load(NoticeHeader.self, from: rest) {
        let end = MemoryLayout<NoticeHeader>.size + Int(header.nameBytes)
        if end > rest.count { break }
        let name = rest.prefix(end).dropFirst(MemoryLayout<NoticeHeader>.size).prefix { $0 != 0 }
        if let notice = notice(header, name) { notices.append(notice) }
        rest = rest.dropFirst(end)
    }
    return notices
}

private func notice(_ header: NoticeHeader, _ name: ArraySlice<UInt8>) -> Descriptor.Notice? {
    func has(_ flag: Int32) -> Bool { header.mask & UInt32(flag) != 0 }
    if has(IN_Q_OVERFLOW) { return .lost }
    if has(IN_IGNORED) { return .ended(watch: header.watch) }
    if has(IN_CREATE) { return .created(watch: header.watch, name: Text(name)) }
    if has(IN_DELETE) { return .deleted(watch: header.watch, name: Text(name)) }
    if has(IN_MODIFY) { return .modified(watch: header.watch) }
    return nil
}

/// A `struct inotify_event`, whose flexible array keeps it from being read as it is.
private struct NoticeHeader: BitwiseCopyable {
    let watch: Int32
    let mask: UInt32
    let cookie: UInt32
    let nameBytes: UInt32
}
