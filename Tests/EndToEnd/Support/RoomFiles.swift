/// Files of a room, as its programs see them. A refusal here is a fault of the test: it is recorded.

import Glibc
import Testing

extension Room {
    /// A configuration file under /etc/portreserve.
    func configure(_ service: String, _ text: String) {
        write("/etc/portreserve/\(service)", text)
    }

    /// A package's configuration file, under /usr/lib/portreserve.
    func ship(_ service: String, _ text: String) {
        write("/usr/lib/portreserve/\(service)", text)
    }

    func write(_ path: String, _ text: String) { write(path, bytes: Array(text.utf8)) }

    /// Makes or replaces a file.
    func write(_ path: String, bytes: [UInt8], mode: mode_t = 0o644) {
        let fd = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        check(fd, "open", path)
        defer { close(fd) }
        var start = 0
        while start < bytes.count {
            let count = unsafe bytes[start...].withUnsafeBytes { rest in
                unsafe Glibc.write(fd, rest.baseAddress, rest.count)
            }
            check(Int32(clamping: count), "write", path)
            guard count > 0 else { return }
            start += count
        }
    }

    /// A file of `size` bytes, all holes.
    func writeHoles(_ path: String, size: Int) {
        write(path, bytes: [])
        check(unsafe truncate(path, size), "truncate", path)
    }

    func makeDirectory(_ path: String) { check(unsafe mkdir(path, 0o755), "mkdir", path) }
    func makeFIFO(_ path: String) { check(unsafe mkfifo(path, 0o644), "mkfifo", path) }
    func link(_ path: String, to target: String) {
        check(unsafe symlink(target, path), "symlink", path)
    }

    /// Makes a program of ours reachable by a path that scripts know.
    func install(_ name: String, at path: String) throws {
        link(path, to: try Programs.path(of: name))
    }

    func remove(_ path: String) { check(unsafe unlink(path), "unlink", path) }

    /// Takes a directory away, a tmpfs on it too.
    func removeDirectory(_ path: String) {
        _ = unsafe umount2(path, Int32(MNT_DETACH))
        check(unsafe rmdir(path), "rmdir", path)
    }

    func exists(_ path: String) -> Bool {
        var found = stat()
        return unsafe lstat(path, &found) == 0
    }

    /// What stat(2) says of the file, or of the link itself; nil where there is none.
    func status(of path: String) -> stat? {
        var found = stat()
        return unsafe lstat(path, &found) == 0 ? found : nil
    }

    /// The first 64 KiB of a file as text; nil where there is none.
    func read(_ path: String) -> String? {
        let fd = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard fd >= 0 else { return nil }
        defer { close(fd) }
        var text: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while text.count < 65536 {
            let count = unsafe Glibc.read(fd, &piece, piece.count)
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where a symbolic link points, in /proc too; nil where there is none.
    func target(of link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink(link, &bytes, bytes.count)
        guard count >= 0 else { return nil }
        return String(decoding: bytes[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The names in a directory, sorted, without `.` and `..`.
    func names(in directory: String) -> [String] {
        guard let stream = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private func check(_ answer: Int32, _ call: String, _ path: String) {
        if answer < 0 { Issue.record("the rig: \(call) \(path): \(Errno.last)") }
    }
}
