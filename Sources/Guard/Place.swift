public import LinuxIO

/// A rule of the guard, by which a service's endpoints are kept.
///
/// A number is given out again after a while: it tells nothing of what is older.
public struct RuleNumber: Equatable, Sendable {
    let number: UInt16
}

/// Ports that a rule is for.
public struct GuardedPorts: Equatable {
    /// Their protocol.
    public let transport: Transport
    /// From the first to the last.
    public let ports: ClosedRange<UInt16>

    /// Names ports from the first to the last.
    public init(_ transport: Transport, _ ports: ClosedRange<UInt16>) {
        self.transport = transport
        self.ports = ports
    }

    /// As the table has them.
    var keys: Range<Int> {
        let first = transport == .udp ? 65_536 : 0
        return first + Int(ports.lowerBound)..<first + Int(ports.upperBound) + 1
    }
}

/// A cgroup whose processes may bind, those of its descendants too.
public struct GuardPlace: Equatable, Sendable {
    /// The inode of its directory.
    public let id: UInt64
    /// How far it is below the root of all, which a cgroup namespace may hide.
    public let level: Int
    /// Whether the session of the first binder takes it over.
    public let isOpen: Bool

    /// Names a cgroup.
    public init(id: UInt64, level: Int, isOpen: Bool = false) {
        self.id = id
        self.level = level
        self.isOpen = isOpen
    }

    static let levelMax = 127

    /// As a rule has it.
    var word: UInt64 {
        (isOpen ? openBit : 0) | UInt64(level & GuardPlace.levelMax) << 56 | id & idMask
    }

    init(word: UInt64) {
        self.init(
            id: word & idMask, level: Int(word >> 56) & GuardPlace.levelMax,
            isOpen: word & openBit != 0)
    }

    /// Whether it can be written as a word that is not nothing.
    var isWritable: Bool {
        (0...GuardPlace.levelMax).contains(level) && id & idMask == id && id != 0
    }
}

private let openBit: UInt64 = 1 << 63
private let idMask: UInt64 = 1 << 56 - 1
