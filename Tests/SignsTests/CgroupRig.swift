/// Cgroups of a test's own, below the root of cgroup2.

import Foundation
import LinuxIO
import Testing
import Text

@testable import Signs

/// Whether cgroups can be made here.
let hasCgroups: Bool = {
    guard isRoot, let tree = try? CgroupTree() else { return false }
    return (try? OwnCgroup(tree)) != nil
}()

/// A cgroup with a name of its own, removed with its owner.
final class OwnCgroup {
    let path: Text
    private let directory: String

    /// Below `parent`, `/` where none is given.
    init(_ tree: CgroupTree, below parent: OwnCgroup? = nil, name: String? = nil) throws {
        let name = name ?? "portreserve-test-\(UUID().uuidString)"
        path = Text(Array("\(parent?.path.description ?? "")/\(name)".utf8))
        guard let place = tree.directory(of: path) else { throw Errno(ENOENT) }
        directory = place.description
        guard unsafe mkdir(directory, 0o755) == 0 else { throw Errno(errno) }
    }

    /// Moves a process in.
    func take(_ pid: Int32) throws {
        try "\(pid)".write(
            toFile: "\(directory)/cgroup.procs", atomically: false, encoding: .utf8)
    }

    /// Removes it; who is in it has ended, and yet may be about to leave for a moment.
    func remove() {
        let deadline = monotonicMilliseconds() + Int(generousMs)
        while unsafe rmdir(directory) != 0, errno == EBUSY, monotonicMilliseconds() < deadline {
            sched_yield()
        }
    }

    deinit { remove() }
}
