// The life of one endpoint, without --stay: planned, held, released. Total over both enums, so
// that a new state or event does not compile until every pair is decided.

/// Where an endpoint stands.
public enum State {
    /// Wanted, and a bind not yet answered, or not to be tried for want of descriptors.
    case planned
    case held
    /// Let go for its service; nothing of ours is in the way any more.
    case released
    /// Somebody else has it.
    case busy
    /// The kernel refused the bind for another reason.
    case failed
}

/// What has happened to an endpoint; `bound`, `inUse` and `refused` are the answers to
/// `Effect.bind`.
public enum Event {
    case started
    case release
    /// Somebody wants it held again.
    case hold
    case bound
    case inUse
    case refused
}

/// What has to be done about it.
public enum Effect {
    case bind
    case close
}

/// What `event` makes of `state`, and what has to be done.
func transition(_ state: State, _ event: Event) -> (State, Effect?) {
    switch (state, event) {
    case (.planned, .started), (.planned, .hold): (.planned, .bind)
    case (.planned, .bound): (.held, nil)
    case (.planned, .inUse): (.busy, nil)
    case (.planned, .refused): (.failed, nil)
    case (.held, .release): (.released, .close)
    case (.planned, .release): (.released, nil)
    case (.released, .hold), (.busy, .hold), (.failed, .hold): (.planned, .bind)
    case (.held, .hold), (.released, .release): (state, nil)  // as it is wanted already
    case (.busy, .release), (.failed, .release): (state, nil)  // nothing of ours is in the way
    case (.held, .started), (.released, .started), (.busy, .started), (.failed, .started):
        fatalError("an endpoint is started once")
    case (.held, .bound), (.released, .bound), (.busy, .bound), (.failed, .bound),
        (.held, .inUse), (.released, .inUse), (.busy, .inUse), (.failed, .inUse),
        (.held, .refused), (.released, .refused), (.busy, .refused), (.failed, .refused):
        fatalError("an answer to a bind that nobody asked for")
    }
}
