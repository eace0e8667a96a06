import Reservations

/// A mistake in the life of an endpoint, which a walk must find.
struct Planted {
    let name: StaticString
    let function: Function
}

/// What is right but where `mend` answers.
func but(
    _ mend: @escaping (State, Event, Keeping) -> (State, Effects)?
) -> Function {
    { state, event, keeping in mend(state, event, keeping) ?? transition(state, event, keeping) }
}

/// What is right, and then changed.
func then(
    _ change: @escaping (State, Event, Keeping, (State, Effects)) -> (State, Effects)
) -> Function {
    { state, event, keeping in
        change(state, event, keeping, transition(state, event, keeping))
    }
}

/// Waits for another time wherever the right one waits for `ms`.
func waiting(
    _ ms: Int, becomes otherMs: Int?, for isMeant: @escaping (State) -> Bool
) -> Function {
    then { _, _, _, right in
        guard isMeant(right.0) else { return right }
        guard right.1.wakeAfterMs == ms else { return right }
        return (right.0, Effects(right.1.acts, wakeAfterMs: otherMs))
    }
}

extension Effects {
    fileprivate func without(_ act: Acts) -> Effects {
        Effects(acts.subtracting(act), wakeAfterMs: wakeAfterMs)
    }
}

func rearmed(_ keeping: Keeping) -> (State, Effects) {
    (.binding(attempt: 0), Effects(keeping == .guarded ? [.forbid, .bind] : .bind))
}

func isBusy(_ state: State) -> Bool { if case .busy = state { true } else { false } }

/// All mistakes.
var planted: [Planted] {
    ofRules + ofReleases + ofFinality + ofIdling + ofIdleNews + ofWaiting + ofWaitingNews
        + ofBeingBusy + ofAdopting
}

private var ofRules: [Planted] {
    [
        Planted(
            name: "a release lets nobody in",
            function: then { _, event, _, right in
                guard case .release = event else { return right }
                return (right.0, right.1.without(.allow))
            }),
        Planted(
            name: "what is held again has no rule",
            function: then { _, _, _, right in (right.0, right.1.without(.forbid)) }),
        Planted(
            name: "a release lets X in to what is busy only when it is free",
            function: then { state, event, _, right in
                guard case .release = event, isBusy(state) else { return right }
                return (right.0, right.1.without(.allow))
            }),
    ]
}

private var ofReleases: [Planted] {
    [
        Planted(
            name: "a release while serving closes",
            function: but { state, event, _ in
                guard state == .serving, case .release = event else { return nil }
                return (.serving, Effects(.close))
            }),
        Planted(
            name: "a release while serving waits for the service",
            function: but { state, event, keeping in
                guard state == .serving, case .release(let x) = event else { return nil }
                return transition(.idle(.owners), .release(x), keeping)
            }),
        Planted(
            name: "a second release holds again",
            function: but { state, event, keeping in
                guard case .released = state, case .release = event else { return nil }
                return rearmed(keeping)
            }),
        Planted(
            name: "a second release fails",
            function: but { state, event, _ in
                guard case .released = state, case .release = event else { return nil }
                return (.failed, Effects([], wakeAfterMs: 30_000))
            }),
        Planted(
            name: "a release of what is idle does nothing",
            function: but { state, event, _ in
                guard case .idle = state, case .release = event else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "a release closes what is shared",
            function: but { state, event, keeping in
                guard state == .held, keeping == .shared, case .release(let x) = event else {
                    return nil
                }
                return transition(.held, .release(x), .unguarded)
            }),
    ]
}

private var ofFinality: [Planted] {
    [
        Planted(
            name: "what is released for good is held again",
            function: but { state, event, keeping in
                guard case .released = state, case .freed = event, keeping == .once else {
                    return nil
                }
                return rearmed(keeping)
            }),
        Planted(
            name: "what is released for good comes to serve",
            function: but { state, event, keeping in
                guard case .released = state, keeping == .once, case .freed = event else {
                    return nil
                }
                return (.serving, .none)
            }),
        Planted(
            name: "a hold that is asked for is forgotten where it is released",
            function: but { state, event, _ in
                guard case .released = state, event == .hold else { return nil }
                return (state, .none)
            }),
    ]
}
