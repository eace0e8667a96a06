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
        let number = number
        do throws(Errno) {
            _ = try ask { clinux_lock(number) }
            return .locked
        } catch .wouldBlock {
            return try lockOwner() ?? .refused(pid: nil)
        }
    }

    /// Who has a lock on the file; nil when nobody has.
    public borrowing func lockOwner() throws(Errno) -> LockAnswer? {
        var owner: Int32 = 0
        let number = number
        _ = try ask { unsafe clinux_lock_owner(number, &owner) }
        if owner == 0 { return nil }
        return .refused(pid: owner > 0 ? owner : nil)
    }
}
