public import LinuxIO
public import Text

/// The guard: programs that the kernel asks at every bind, and what we share with them.
///
/// They are of one network namespace, and are gone with the last descriptor of this value.
public struct Guard: ~Copyable {
    /// Who may bind what.
    public var rules: Rules
    /// Sockets bound and let go; `ring` is readable when there is news.
    public private(set) var life: Descriptor.Map.Reader
    /// Binds that were refused.
    public private(set) var refusals: Descriptor.Map.Reader
    private let bound: Descriptor
    private let culprits: Descriptor
    private(set) var links: [Descriptor.Owner] = []
    /// Whether events tell the names of programs.
    public private(set) var namesCommands = true

    /// Loads the programs and has them asked in the cgroup of `root` and below, for sockets of this
    /// process's network namespace; no port has a rule yet.
    @inline(never)
    public static func load(at root: borrowing Descriptor) throws(GuardFailure) -> Guard {
        var loaded: Guard
        do throws(Errno) { loaded = try Guard() } catch {
            throw GuardFailure(step: .maps, errno: error)
        }
        do throws(GuardFailure) { try loaded.attach(to: root) } catch {
            // Without CAP_PERFMON a newer kernel has no names of programs for us.
            loaded.namesCommands = false
            try loaded.attach(to: root)
        }
        return loaded
    }

    /// Makes what we share with the programs.
    @inline(never)
    private init() throws(Errno) {
        let rules = try Rules(network: Descriptor.networkCookie())
        let life = try Descriptor.Map.Reader(bytes: lifeBytes)
        let refusals = try Descriptor.Map.Reader(bytes: refusalsBytes)
        let bound = try Descriptor.map(.hash(keyWords: 1, valueWords: 2, count: socketsMax))
        culprits = try .map(.recentHash(keyWords: 2, valueWords: 2, count: culpritsMax))
        self.rules = rules
        self.life = life
        self.refusals = refusals
        self.bound = bound
    }

    @inline(never)
    private mutating func attach(to root: borrowing Descriptor) throws(GuardFailure) {
        let maps = Maps(
            memory: rules.map.number, life: life.ring.number, refusals: refusals.ring.number,
            bound: bound.number, culprits: culprits.number)
        links = try attached(to: root, maps, namesCommands: namesCommands)
    }

    /// What another process has to have open for the programs to be asked, and for it to be told of
    /// their refusals, whose ring comes first.
    public var descriptors: [Int32] { [refusals.ring.number] + links.map { $0.descriptor.number } }

    /// The refusals that another guard has told of, in the ring that comes first of its descriptors.
    @inline(never)
    public static func refusals(
        in ring: consuming Descriptor, most: Int
    ) throws(Errno) -> [GuardEvent] {
        var reader = try Descriptor.Map.Reader(ring, bytes: refusalsBytes)
        return events(in: try reader.take(most: most, words: GuardEvent.wordCount))
    }

    /// What was told since the last time, at most `most` of each ring, in each ring's order: first
    /// of sockets, then of refusals.
    @inline(never)
    public mutating func readEvents(most: Int) throws(Errno) -> [GuardEvent] {
        let words =
            try life.take(most: most, words: GuardEvent.wordCount)
            + refusals.take(most: most, words: GuardEvent.wordCount)
        return Guard.events(in: words)
    }

    private static func events(in words: [UInt64]) -> [GuardEvent] {
        stride(from: 0, to: words.count, by: GuardEvent.wordCount).compactMap { start in
            GuardEvent(words[start..<start + GuardEvent.wordCount])
        }
    }

    /// How often this user in this cgroup was refused this port; nil where it is not known any more.
    public func refusalCount(
        cgroup: UInt64, uid: UInt32, _ transport: Transport, port: UInt16
    ) throws(Errno) -> Int? {
        let key = UInt64(GuardedPorts(transport, port...port).keys.lowerBound)
        let record = try culprits.element([cgroup, UInt64(uid) | key << 32], words: 2)
        return record.map { Int(truncatingIfNeeded: $0[0]) }
    }

    /// Has a socket told of when it is let go that was bound when no program saw it.
    public func follow(
        _ cookie: UInt64, _ transport: Transport, port: UInt16, rule: RuleNumber, generation: Int
    ) throws(Errno) {
        let key = UInt64(GuardedPorts(transport, port...port).keys.lowerBound)
        let word = key | UInt64(rule.number) << 32
        try bound.setElement([cookie], [word, UInt64(generation)])
    }

    /// Has it told of no longer.
    public func unfollow(_ cookie: UInt64) throws(Errno) { try bound.removeElement([cookie]) }
}

extension Guard {
    /// How far this process's own cgroup, which has that id, is below the root of all.
    ///
    /// A cgroup namespace hides that, and the kernel only says whether a level is the right one: a
    /// socket of ours is bound beside another at a port of a loopback address, which a rule keeps for
    /// each level in turn from `lowest` on. nil where none is right. Events of before are lost.
    @inline(never)
    public mutating func ownLevel(of id: UInt64, from lowest: Int = 0) throws(Errno) -> Int? {
        // Connections of 127.0.0.1 may have every automatic port there; 127.255.255.254 is nobody's.
        let loopback = InternetAddress.ipv4(0x7fff_fffe)
        // Nobody else can bind that port meanwhile, so the rule is in nobody's way.
        let keeper = try holdingSocket(.tcp, loopback, port: 0, beside: .servers)
        let port = try keeper.boundPort()
        guard let rule = try rules.make(for: [loopback]) else { return nil }
        try rules.assign([GuardedPorts(.tcp, port...port)], to: rule)
        var level: Int?
        for candidate in lowest...GuardPlace.levelMax where level == nil {
            guard rules.add(GuardPlace(id: id, level: candidate), to: rule) else { break }
            do throws(Errno) {
                _ = try holdingSocket(.tcp, loopback, port: port, beside: .servers)
                level = candidate
            } catch .addressInUse {}
            rules.clear(id, of: rule)
        }
        try rules.assign([GuardedPorts(.tcp, port...port)], to: nil)
        rules.retire(rule)
        while try !readEvents(most: 1_024).isEmpty {}
        return level
    }
}

/// Why there is no guard.
public struct GuardFailure: Error {
    /// What was tried.
    public enum Step: Equatable, Sendable {
        case maps
        case program(Descriptor.Hook)
        case attachment(Descriptor.Hook)
    }

    /// What was tried.
    public let step: Step
    /// The kernel's reason.
    public let errno: Errno
    /// Of a program, what the kernel's verifier says.
    public let verifier: Text

    init(step: Step, errno: Errno, verifier: Text = "") {
        self.step = step
        self.errno = errno
        self.verifier = verifier
    }
}

private let lifeBytes = 262_144
private let refusalsBytes = 65_536
private let socketsMax = 1_024
private let culpritsMax = 1_024
