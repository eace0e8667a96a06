/// Where everything stands in the one element of the map `memory`, in bytes.
///
/// The daemon writes it word by word while the programs read; `Rules` keeps the rules for that.
enum Layout {
    /// Rules, with number 0, which is none.
    static let rules = 1_024
    static let ruleBytes = 128
    /// Rule numbers of 16 bits by key: first tcp's ports, then udp's.
    static let table = rules * ruleBytes
    static let bytes = table + 2 * keys
    /// A key is the port, and for udp 65,536 more.
    static let keys = 2 * 65_536
    /// In rule 0's place, as the number of a word: the cookie of the socket that the daemon binds at
    /// this moment, and that of the network namespace that the rules are for.
    static let own: Int16 = 0
    static let network: Int16 = 4
    /// Events that found no room, and sockets that `bound` had no room for.
    static let lostLife: Int16 = 1
    static let lostRefusals: Int16 = 2
    static let lostSockets: Int16 = 3
}

/// A rule's words, as offsets from its beginning.
enum RuleOffset {
    /// Up to four places: a bit that says that it is open, 7 bits of level, 56 of the cgroup's id.
    static func place(_ index: Int16) -> Int16 { 8 * index }
    static let places: Int16 = 4
    static let generation: Int16 = 32
    static let flags: Int16 = 40
    /// Binds that were refused.
    static let count: Int16 = 48
    /// Four addresses of two words, in the form of IPv6; unused ones repeat the first.
    static func address(_ index: Int16) -> Int16 { 64 + 16 * index }
    static let addresses: Int16 = 4
}

/// What a rule's flags say.
enum RuleFlag {
    /// It is for its addresses alone.
    static let hasAddresses: Int32 = 1
    /// One of its addresses is of IPv4.
    static let hasIPv4: Int32 = 2
}

/// The second word of 0.0.0.0 in the form of IPv6, as a little-endian machine reads it.
let mappedPrefix: UInt32 = 0xffff_0000

/// The fields of an event, as offsets from its beginning.
enum EventOffset {
    static let time: Int16 = 0
    static let cgroup: Int16 = 8
    static let process: Int16 = 16
    static let user: Int16 = 24
    static let cookie: Int16 = 32
    static let generation: Int16 = 40
    static let count: Int16 = 48
    static let command: Int16 = 56
    /// The key, and the rule's number behind it.
    static let key: Int16 = 72
    static let family: Int16 = 80
    static let kind: Int16 = 84
    /// The address of a bind, in the form of IPv6.
    static let address: Int16 = 88
    static let bytes: Int16 = 104
}

/// What an event tells of.
enum EventKind: Int32 {
    case refused
    case bound
    case letGo
}

/// Where an event goes: what concerns sockets that are ours to follow, and what was refused, which
/// strangers can make many of.
enum Ring {
    case life
    case refusals
}

/// The maps' descriptors, which are part of the programs.
struct Maps {
    let memory: Int32
    let life: Int32
    let refusals: Int32
    /// Sockets that are bound by a rule: key and rule, and its generation, by cookie.
    let bound: Int32
    /// Who was refused: the count and the time of the last report, by cgroup, user and key.
    let culprits: Int32
}
