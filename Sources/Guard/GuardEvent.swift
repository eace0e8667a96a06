public import LinuxIO
public import Text

/// What the guard's programs tell of.
public struct GuardEvent: Equatable {
    /// What has happened.
    public enum Kind: Sendable {
        /// Somebody's bind was refused.
        case refused
        /// A socket is bound to a port with a rule.
        case bound
        /// No process has such a socket any more.
        case letGo
    }

    /// What has happened.
    public let kind: Kind
    /// When, in nanoseconds of the monotonic clock.
    public let timeNs: UInt64
    /// The pid of who did it, as the first pid namespace has it.
    public let pid: Int32
    /// His user.
    public let uid: UInt32
    /// The name of his program; empty where the kernel may not be asked for it.
    public let command: Text
    /// His cgroup's id.
    public let cgroup: UInt64
    /// The port's protocol.
    public let transport: Transport
    /// The port.
    public let port: UInt16
    /// The address that it was to be bound to, or is; of `letGo` none, as `anyOfBothFamilies`.
    public let address: InternetAddress
    /// The socket's cookie.
    public let cookie: UInt64
    /// The rule's generation, when the socket was bound or refused.
    public let generation: Int
    /// The rule by which it was refused or bound.
    public let rule: RuleNumber
    /// Of a refusal, how many there were of this user, cgroup and port.
    public let count: Int
}

extension GuardEvent {
    static let wordCount = Int(EventOffset.bytes) / 8

    /// Reads the words of one event, of which there are `wordCount`; nil: it is none of ours.
    init?(_ words: ArraySlice<UInt64>) {
        func word(_ offset: Int16) -> UInt64 { words[words.startIndex + Int(offset) / 8] }
        func low(_ offset: Int16) -> UInt32 { UInt32(truncatingIfNeeded: word(offset)) }
        func high(_ offset: Int16) -> UInt32 { UInt32(truncatingIfNeeded: word(offset) >> 32) }
        switch EventKind(rawValue: Int32(bitPattern: high(EventOffset.family))) {
        case .refused: kind = .refused
        case .bound: kind = .bound
        case .letGo: kind = .letGo
        case nil: return nil
        }
        timeNs = word(EventOffset.time)
        pid = Int32(bitPattern: high(EventOffset.process))
        uid = low(EventOffset.user)
        command = Text(name(word(EventOffset.command), word(EventOffset.command + 8)))
        cgroup = word(EventOffset.cgroup)
        transport = low(EventOffset.key) >> 16 == 0 ? .tcp : .udp
        port = UInt16(truncatingIfNeeded: low(EventOffset.key))
        address = InternetAddress(
            ipv6: word(EventOffset.address), word(EventOffset.address + 8))
        cookie = word(EventOffset.cookie)
        generation = Int(truncatingIfNeeded: word(EventOffset.generation))
        rule = RuleNumber(number: UInt16(truncatingIfNeeded: high(EventOffset.key)))
        count = Int(truncatingIfNeeded: word(EventOffset.count))
    }
}

/// The bytes of two words in memory's order, up to the first 0.
private func name(_ words: UInt64...) -> ArraySlice<UInt8> {
    words.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        .prefix { $0 != 0 }
}
