// The life of one endpoint, in words: where it stands, what happens to it, what has to be done.

/// How an endpoint is kept; it may change while the endpoint lives, as the guard comes and goes.
public enum Keeping: CaseIterable, Sendable {
    /// Without `--stay`: held until it is released, and that is the end.
    case once
    /// By the hold alone.
    case unguarded
    /// By a hold with SO_REUSEADDR on, beside which the service binds; never let go.
    case shared
    /// By the hold, and by a rule that refuses everybody else's bind.
    case guarded
}

/// What is known of X, the cgroup of who asked for the release or has bound since.
public enum Presence: CaseIterable, Sendable {
    /// There is no cgroup that says who will bind.
    case unknown
    case populated
    case empty
    case removed
}

/// Where an endpoint stands.
public enum State: Equatable, Sendable {
    /// Wanted, and not yet tried, or not to be tried for want of descriptors.
    case planned
    /// A bind is asked for; `attempt` were refused in a row before it.
    case binding(attempt: Int)
    case held
    /// Let go for its service, which has not bound yet.
    case released(Unused)
    /// Its service has it.
    case serving
    /// Its service has closed it, and lives.
    case idle(Idle)
    /// Somebody else has it; `isAsked`: its service has asked for it meanwhile.
    case busy(attempt: Int, isAsked: Bool)
    /// The kernel refused the bind for another reason.
    case failed

    /// Whether somebody else than ourselves may have it, or has just had it.
    public var isSomebodys: Bool {
        switch self {
        case .binding, .serving, .idle, .busy: true
        case .planned, .held, .released, .failed: false
        }
    }

    /// Whether it is let go, and not bound yet.
    public var isReleased: Bool { if case .released = self { true } else { false } }

    /// For what a released endpoint waits.
    public enum Unused: Equatable, Sendable {
        /// For the service, of which nothing is known.
        case unknown
        /// The same, and another endpoint of the service serves.
        case besideServing
        case populated
        case empty
    }

    /// For what an idle endpoint waits.
    public enum Idle: Equatable, Sendable {
        /// For the end of the processes that had the socket, since nothing is known of X.
        case owners
        /// They have ended; for whoever starts them again.
        case grace
        case populated
        case empty
    }
}

/// What has happened to an endpoint, seen from here.
///
/// `bound`, `inUse` and `refused` are the answers to the act `bind`, given at once; `foundService`,
/// `foundStranger`, `foundNobody`, `foundUnseen` and `timeWait` those to `identify`, in their time.
public enum Event: Equatable, Sendable {
    case started
    /// Somebody who may has asked for it, with what is known of X.
    case release(Presence)
    /// Somebody wants it held again.
    case hold
    case bound
    case inUse
    case refused
    /// A socket that is not ours is bound to it since its release.
    case serviceBound
    /// The last socket that was bound to it has closed.
    case freed(Presence)
    /// Who has it is its service.
    case foundService
    /// Who has it is somebody else.
    case foundStranger
    /// Nobody is seen to have it; a bind may yet be refused, for what the kernel does not show.
    case foundNobody(Presence)
    /// It is bound, and its socket is not shown: Linux passes over one that begins to listen.
    case foundUnseen
    /// Nobody has it but a closed connection, for so many milliseconds more.
    case timeWait(ms: Int)
    /// Every process that had the socket is gone; `isSupervised`: the parent of one still lives.
    case ownersGone(isSupervised: Bool)
    case xPopulated
    case xEmptied
    /// No cgroup of X is left.
    case xRemoved
    /// Another endpoint of the same service serves.
    case otherServes
    /// Its rule alone keeps it and may have let somebody have it, or keeps it no longer.
    case ruleFailed
    /// The time that was set to wake it has come.
    case due
}

/// What has to be done about it.
///
/// A value and no list: the order is always the same, and Swift 6.3.1 mixes up constant lists of
/// one function when it builds Embedded Swift.
public struct Effects: Equatable, Sendable {
    /// What is done at once, in this order.
    public struct Acts: OptionSet, Sendable {
        /// One bit an act.
        public let rawValue: UInt8

        /// Takes the bits as they are.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// Lets X bind: it enters the rule of the endpoint's service, and the endpoint is that
        /// rule's.
        public static let allow = Acts(rawValue: 1)
        /// Lets nobody bind but ourselves.
        public static let forbid = Acts(rawValue: 2)
        /// Closes the hold.
        public static let close = Acts(rawValue: 4)
        /// Binds; the answer is taken before anything else.
        public static let bind = Acts(rawValue: 8)
        /// Finds out who has it; the answer comes in its time.
        public static let identify = Acts(rawValue: 16)
    }

    /// What is done at once.
    public let acts: Acts
    /// When the endpoint is woken, in milliseconds from now.
    ///
    /// It has one time to be woken at: a new one replaces it, and a new state without one clears it.
    public let wakeAfterMs: Int?

    /// Nothing.
    public static let none = Effects([])

    package init(_ acts: Acts, wakeAfterMs: Int? = nil) {
        assert(!acts.isSuperset(of: [.allow, .forbid]), "a rule says one thing")
        assert(!acts.isSuperset(of: [.close, .bind]), "a hold is not closed to be bound")
        self.acts = acts
        self.wakeAfterMs = wakeAfterMs
    }

    func and(_ more: Acts) -> Effects {
        Effects(acts.union(more), wakeAfterMs: wakeAfterMs)
    }
}
