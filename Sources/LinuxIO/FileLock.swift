internal import CLinux

/// How a try to lock a file ended.
public enum LockAnswer: Equatable {
    /// Locked until the last copy of the descriptor is closed, in a child too.
    case locked
    /// Somebody else has it; `pid` where the kernel knows it.
    case refused(pid: Int32?)
}

extension Descriptor {
    /// Locks the whole file for its open file description; a lock of fcntl's old kind excludes it.
    public borrowing func lock() throws(Errno) -> LockAnswer {
        var owner: Int32 = 0
        do throws(Errno) {
            _ = try ask { unsafe clinux_lock(number, 0, &owner) }
            return .locked
        } catch .wouldBlock {
            return try lockOwner() ?? .refused(pid: nil)
        }
    }

    /// Who has a lock on the file; nil when nobody has.
    public borrowing func lockOwner() throws(Errno) -> LockAnswer? {
        var owner: Int32 = 0
        _ = try ask { unsafe clinux_lock(number, 1, &owner) }
        if owner == 0 { return nil }
        return .refused(pid: owner > 0 ? owner : nil)
    }
}
