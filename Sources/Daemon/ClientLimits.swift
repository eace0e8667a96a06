internal import Varlink

/// Bounds on what clients cost, all of them together and each.
enum ClientLimits {
    /// Connections in all.
    static let countMax = 64
    /// Connections of users other than root together, so that root always finds room.
    static let strangersMax = 48
    /// Connections of one user other than root.
    static let perUserMax = 16
    /// How long a message may stay half sent.
    static let halfSentMs = 10_000
    /// Replies made ahead of what the client has taken, in bytes.
    static let unsentBytesMax = 65_536
    /// What is taken from a client at once, in bytes.
    static let readBytesMax = 16_384
    /// Reservations that one reload took away and a watcher is told of.
    static let goneRecordsMax = 256
    /// Times one client is sent to in one turn, before the others have theirs.
    static let sendsPerTurnMax = 2
    /// Users other than root who have their turn in one turn of the loop; more wait for the next.
    static let strangersPerTurnMax = 8
    /// Connections accepted in one turn.
    static let acceptsPerTurnMax = 64
    /// How long nobody is accepted once descriptors have run out.
    static let acceptRestMs = 1_000
    /// Connections that may wait to be accepted.
    ///
    /// More wait in their connect(2), so that root's is not behind thousands of a flood's.
    static let backlog: Int32 = 128

    /// Asserts what these bounds have to be to each other, once, at the start.
    static func check() {
        assert(perUserMax < strangersMax, "one user would shut out all others")
        assert(strangersMax < countMax, "users would shut out root")
        assert(countMax <= Int(backlog), "a crowd of root's own would not even wait")
        assert(readBytesMax <= MessageLimits.bytesMax, "one read would be more than a message")
    }
}
