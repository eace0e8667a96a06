// The life of one endpoint, without --stay: planned, held, released. Total over both enums, so
// that a new state or event does not compile until every pair is decided.

/// Where an endpoint stands.
public enum State {
    /// Wanted, and not yet tried.
    case planned
    case held
    /// Let go for its service; nothing of ours is in the way any more.
    case released
    /// The kernel refused the bind, which is final.
    case failed
}

/// What has happened to an endpoint; `bound` and `refused` are the answers to `Effect.bind`.
public enum Event {
    case started
    case release
    case bound
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
    case (.planned, .started): (.planned, .bind)
    case (.planned, .bound): (.held, nil)
    case (.planned, .refused): (.failed, nil)
    case (.held, .release): (.released, .close)
    case (.planned, .release): (.released, nil)
    case (.released, .release), (.failed, .release): (state, nil)  // nothing of ours is in the way
    case (.held, .started), (.released, .started), (.failed, .started):
        fatalError("an endpoint is started once")
    case (.held, .bound), (.released, .bound), (.failed, .bound),
        (.held, .refused), (.released, .refused), (.failed, .refused):
        fatalError("an answer to a bind that nobody asked for")
    }
}
