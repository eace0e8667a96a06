// What an event makes of a state, and what has to be done: total over its enums without `default`,
// so that a new state or event does not compile until every pair is decided. No clock, no errno,
// no socket in here.

/// What `event` makes of `state`, and what has to be done.
public func transition(
    _ state: State, _ event: Event, _ keeping: Keeping
) -> (State, Effects) {
    switch state {
    case .planned: ofPlanned(event, keeping)
    case .binding(let attempt): ofBinding(attempt, event, keeping)
    case .held: ofHeld(event, keeping)
    case .released(let unused): ofReleased(unused, event, keeping)
    case .serving: ofServing(event, keeping)
    case .idle(let idle): ofIdle(idle, event, keeping)
    case .busy(let attempt, let isAsked): ofBusy(attempt, isAsked, event, keeping)
    case .failed: ofFailed(event, keeping)
    }
}

private func ofPlanned(_ event: Event, _ keeping: Keeping) -> (State, Effects) {
    switch event {
    case .started, .hold: return binding(keeping)
    case .release(let x): return released(x, keeping)
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    case .serviceBound, .freed, .foundService, .foundStranger, .foundNobody, .foundUnseen,
        .timeWait, .ownersGone, .xPopulated, .xEmptied, .xRemoved, .otherServes, .ruleFailed, .due:
        return (.planned, .none)
    }
}

private func ofBinding(_ attempt: Int, _ event: Event, _ keeping: Keeping) -> (State, Effects) {
    switch event {
    case .bound: return (.held, .none)
    case .inUse:
        let pauseMs = keeping == .once ? nil : pause(attempt)
        let effects = Effects(attempt == 0 ? .identify : [], wakeAfterMs: pauseMs)
        return (.busy(attempt: attempt, isAsked: false), effects)
    case .refused:
        return (.failed, Effects([], wakeAfterMs: keeping == .once ? nil : Span.failedMs))
    case .started, .release, .hold, .serviceBound, .freed, .foundService, .foundStranger,
        .foundNobody, .foundUnseen, .timeWait, .ownersGone, .xPopulated, .xEmptied, .xRemoved,
        .otherServes, .ruleFailed, .due:
        fatalError("a bind is answered before anything else happens")
    }
}

private func ofHeld(_ event: Event, _ keeping: Keeping) -> (State, Effects) {
    switch event {
    case .release(let x):
        if keeping == .shared { return (.held, .none) }
        let (state, effects) = released(x, keeping)
        return (state, effects.and(.close))
    case .ruleFailed: return (.binding(attempt: 0), Effects(.bind))
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    case .hold, .serviceBound, .freed, .foundService, .foundStranger, .foundNobody, .foundUnseen,
        .timeWait, .ownersGone, .xPopulated, .xEmptied, .xRemoved, .otherServes, .due:
        return (.held, .none)
    }
}

private func ofReleased(
    _ unused: State.Unused, _ event: Event, _ keeping: Keeping
) -> (State, Effects) {
    let state = State.released(unused)
    switch event {
    case .release(let x): return released(x, keeping)
    case .hold: return binding(keeping)
    case .serviceBound: return keeping == .once ? (state, .none) : serving(keeping)
    case .otherServes:
        guard unused == .unknown, keeping != .once else { return (state, .none) }
        return (.released(.besideServing), Effects([], wakeAfterMs: Span.unusedBesideServingMs))
    case .xPopulated: return unused == .empty ? waiting(for: .populated) : (state, .none)
    case .xEmptied: return unused == .populated ? waiting(for: .empty) : (state, .none)
    case .xRemoved:
        return unused == .populated || unused == .empty ? binding(keeping) : (state, .none)
    case .due: return keeping == .once ? (state, .none) : binding(keeping)
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    // Bound and closed between two looks: it has not served yet.
    case .freed, .foundService, .foundStranger, .foundNobody, .foundUnseen, .timeWait, .ownersGone,
        .ruleFailed:
        return (state, .none)
    }
}

private func ofServing(_ event: Event, _ keeping: Keeping) -> (State, Effects) {
    switch event {
    case .release: return (.serving, Effects(rule(keeping)))
    case .freed(let x), .foundNobody(let x):
        return keeping == .shared ? binding(keeping) : idle(x, keeping)
    // News of the socket can be lost, or somebody outside of X has inherited it.
    case .xEmptied, .xRemoved, .ownersGone, .due: return (.serving, Effects(.identify))
    case .foundUnseen: return (.serving, Effects([], wakeAfterMs: Span.unseenMs))
    // He was there beside the service, which has closed it, and may bind it again.
    case .foundStranger:
        if keeping != .guarded { return (.serving, .none) }
        return (.busy(attempt: 0, isAsked: true), Effects([], wakeAfterMs: pause(retriesMax)))
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    // What only TIME_WAIT has nobody serves: that is told as `foundNobody`.
    case .timeWait: return (.serving, .none)
    case .hold, .serviceBound, .foundService, .xPopulated, .otherServes, .ruleFailed:
        return (.serving, .none)
    }
}

private func ofIdle(
    _ idle: State.Idle, _ event: Event, _ keeping: Keeping
) -> (State, Effects) {
    let state = State.idle(idle)
    switch event {
    case .release(let x): return released(x, keeping)
    case .hold: return binding(keeping)
    case .serviceBound: return serving(keeping)
    case .ownersGone(let isSupervised):
        guard idle == .owners else { return (state, .none) }
        let pauseMs = isSupervised ? Span.supervisedGraceMs : Span.graceMs
        return (.idle(.grace), Effects([], wakeAfterMs: pauseMs))
    case .xPopulated: return idle == .empty ? (.idle(.populated), .none) : (state, .none)
    case .xEmptied:
        guard idle == .populated else { return (state, .none) }
        return (.idle(.empty), Effects([], wakeAfterMs: Span.idleEmptyMs))
    case .xRemoved: return idle == .populated || idle == .empty ? binding(keeping) : (state, .none)
    case .due: return idle == .grace || idle == .empty ? binding(keeping) : (state, .none)
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    case .freed, .foundService, .foundStranger, .foundNobody, .foundUnseen, .timeWait, .otherServes,
        .ruleFailed:
        return (state, .none)
    }
}

private func ofBusy(
    _ attempt: Int, _ isAsked: Bool, _ event: Event, _ keeping: Keeping
) -> (State, Effects) {
    let state = State.busy(attempt: attempt, isAsked: isAsked)
    switch event {
    case .release:
        // What its service tries to bind must not be ours the moment that the other one leaves.
        let pauseMs = keeping == .once ? nil : pause(retriesMax)
        return (
            .busy(attempt: attempt, isAsked: true), Effects(rule(keeping), wakeAfterMs: pauseMs)
        )
    case .hold: return binding(keeping)
    case .freed(let x):
        if keeping == .once { return (state, .none) }
        return isAsked ? released(x, keeping) : binding(keeping)
    // Not to be bound at once: what is refused by nobody that is seen would be tried for ever.
    case .foundNobody(let x):
        if keeping == .once { return (state, .none) }
        return isAsked ? released(x, keeping) : (state, Effects([], wakeAfterMs: pause(0)))
    case .due:
        if keeping == .once { return (state, .none) }
        if isAsked { return (state, Effects(.identify, wakeAfterMs: pause(retriesMax))) }
        return (.binding(attempt: min(attempt + 1, retriesMax)), Effects(.bind))
    case .foundService:
        return keeping == .once ? (state, .none) : (.serving, Effects(rule(keeping)))
    case .serviceBound: return keeping == .once ? (state, .none) : serving(keeping)
    case .timeWait(let ms):
        if keeping == .once { return (state, .none) }
        // It may end a moment later than it was said to: tried soon again.
        return (.busy(attempt: 0, isAsked: isAsked), Effects([], wakeAfterMs: max(ms, 1)))
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    case .foundUnseen:
        return (state, keeping == .once ? .none : Effects([], wakeAfterMs: Span.unseenMs))
    case .foundStranger, .ownersGone, .xPopulated, .xEmptied, .xRemoved, .otherServes, .ruleFailed:
        return (state, .none)
    }
}

private func ofFailed(_ event: Event, _ keeping: Keeping) -> (State, Effects) {
    switch event {
    case .release(let x): return released(x, keeping)
    case .hold: return binding(keeping)
    case .due: return keeping == .once ? (.failed, .none) : binding(keeping)
    case .started: fatalError("an endpoint is started once")
    case .bound, .inUse, .refused: fatalError("an answer to a bind that nobody asked for")
    case .serviceBound, .freed, .foundService, .foundStranger, .foundNobody, .foundUnseen,
        .timeWait, .ownersGone, .xPopulated, .xEmptied, .xRemoved, .otherServes, .ruleFailed:
        return (.failed, .none)
    }
}

/// About to be held: the rule first, so that nobody slips in between.
private func binding(_ keeping: Keeping) -> (State, Effects) {
    (.binding(attempt: 0), Effects(keeping == .guarded ? [.forbid, .bind] : .bind))
}

/// Its service's to bind, as far as we are concerned, after X has been let in.
private func released(_ x: Presence, _ keeping: Keeping) -> (State, Effects) {
    if keeping == .once { return (.released(.unknown), .none) }
    let (state, effects) = waiting(for: x)
    return (state, effects.and(rule(keeping)))
}

/// Waits for the service to bind, as long as what is known of X makes it likely.
private func waiting(for x: Presence) -> (State, Effects) {
    switch x {
    case .populated: (.released(.populated), Effects([], wakeAfterMs: Span.unusedMs))
    case .empty: (.released(.empty), Effects([], wakeAfterMs: Span.unusedEmptyMs))
    // Who asked has gone with its cgroup: it says nothing any more of who will bind.
    case .unknown, .removed: (.released(.unknown), Effects([], wakeAfterMs: Span.unusedMs))
    }
}

private func serving(_ keeping: Keeping) -> (State, Effects) {
    (.serving, Effects(rule(keeping).union(.identify)))
}

private func idle(_ x: Presence, _ keeping: Keeping) -> (State, Effects) {
    switch x {
    case .unknown: (.idle(.owners), .none)
    case .populated: (.idle(.populated), .none)
    case .empty: (.idle(.empty), Effects([], wakeAfterMs: Span.idleEmptyMs))
    case .removed: binding(keeping)
    }
}

/// Lets X in, where there is a rule to let it in by.
private func rule(_ keeping: Keeping) -> Effects.Acts { keeping == .guarded ? .allow : [] }

private let retriesMax = Span.retriesMs.count - 1

private func pause(_ attempt: Int) -> Int {
    assert((0...retriesMax).contains(attempt), "the last pause is for all attempts after it")
    return Span.retriesMs[attempt]
}
