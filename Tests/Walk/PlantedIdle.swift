import Reservations

var ofIdling: [Planted] {
    [
        Planted(
            name: "idle and X populated: held at once",
            function: but { state, event, keeping in
                guard state == .serving, event == .freed(.populated) else { return nil }
                return rearmed(keeping)
            }),
        Planted(
            name: "idle and X empty: held at once",
            function: but { state, event, keeping in
                guard state == .serving || state == .idle(.populated) else { return nil }
                return event == .freed(.empty) || event == .xEmptied && state != .serving
                    ? rearmed(keeping) : nil
            }),
        Planted(
            name: "idle and X unknown: held at once, as if it were shared",
            function: but { state, event, keeping in
                guard state == .serving, event == .freed(.unknown) else { return nil }
                return rearmed(keeping)
            }),
        Planted(
            name: "idle and the owners gone: held at once",
            function: but { state, event, keeping in
                guard state == .idle(.owners), case .ownersGone = event else { return nil }
                return rearmed(keeping)
            }),
        Planted(
            name: "a supervisor is not waited for",
            function: but { state, event, keeping in
                guard event == .ownersGone(isSupervised: true) else { return nil }
                return transition(state, .ownersGone(isSupervised: false), keeping)
            }),
        Planted(
            name: "idle does not wait for the owners, only a second",
            function: but { state, event, _ in
                guard state == .serving, event == .freed(.unknown) else { return nil }
                return (.idle(.grace), Effects([], wakeAfterMs: 1_000))
            }),
    ]
}

var ofIdleNews: [Planted] {
    [
        Planted(
            name: "idle and X populated again: held when it was empty for two seconds",
            function: but { state, event, _ in
                guard state == .idle(.empty), event == .xPopulated else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "idle and X removed: nothing",
            function: but { state, event, _ in
                guard case .idle = state, event == .xRemoved else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "a service that binds again is not seen",
            function: but { state, event, _ in
                guard case .idle = state, event == .serviceBound else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "the end of a service is not seen",
            function: but { state, event, _ in
                guard state == .serving, case .freed = event else { return nil }
                return (state, .none)
            }),
    ]
}

var ofWaiting: [Planted] {
    [
        Planted(
            name: "a start by hand has a minute",
            function: waiting(600_000, becomes: 60_000) { _ in true }),
        Planted(
            name: "released and X populated: never held again",
            function: waiting(600_000, becomes: nil) { $0 == .released(.populated) }),
        Planted(
            name: "a wait is too long",
            function: waiting(600_000, becomes: 3_600_000) { $0 == .released(.unknown) }),
        Planted(
            name: "a wait is none",
            function: waiting(1, becomes: 0) { _ in true }),
        Planted(
            name: "idle and X empty: never held again",
            function: waiting(2_000, becomes: nil) { _ in true }),
    ]
}

var ofWaitingNews: [Planted] {
    [
        Planted(
            name: "another endpoint serves: that hurries a unit too",
            function: but { state, event, keeping in
                guard state == .released(.populated), event == .otherServes else { return nil }
                return keeping == .once
                    ? nil : (.released(.besideServing), Effects([], wakeAfterMs: 90_000))
            }),
        Planted(
            name: "released and X empty: held at once",
            function: but { state, event, keeping in
                guard state == .released(.populated), event == .xEmptied else { return nil }
                return rearmed(keeping)
            }),
        Planted(
            name: "released and X populated again: held after ten seconds",
            function: but { state, event, _ in
                guard state == .released(.empty), event == .xPopulated else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "released and X removed: nothing",
            function: but { state, event, _ in
                guard case .released = state, event == .xRemoved else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "what failed is not tried again",
            function: waiting(30_000, becomes: nil) { $0 == .failed }),
    ]
}

var ofBeingBusy: [Planted] {
    [
        Planted(
            name: "busy is not tried again",
            function: then { _, event, _, right in (right.0, event == .inUse ? .none : right.1) }),
        Planted(
            name: "busy and asked for: held when it is free",
            function: but { state, event, keeping in
                guard case .busy(_, isAsked: true) = state, case .freed = event else { return nil }
                return keeping == .once ? nil : rearmed(keeping)
            }),
        Planted(
            name: "busy and asked for: forgotten",
            function: then { state, event, _, right in
                guard case .release = event, case .busy(let attempt, isAsked: false) = state else {
                    return right
                }
                return (.busy(attempt: attempt, isAsked: false), right.1)
            }),
        Planted(
            name: "attempts are counted without bound",
            function: but { state, event, keeping in
                if case .busy(let attempt, isAsked: false) = state, event == .due, keeping != .once
                {
                    return (.binding(attempt: attempt + 1), Effects(.bind))
                }
                guard case .binding(let attempt) = state, attempt > 3 else { return nil }
                let (next, effects) = transition(.binding(attempt: 3), event, keeping)
                return (isBusy(next) ? .busy(attempt: attempt, isAsked: false) : next, effects)
            }),
    ]
}

var ofAdopting: [Planted] {
    [
        Planted(
            name: "a service that runs already is not taken for one",
            function: but { state, event, _ in
                guard isBusy(state), event == .foundService else { return nil }
                return (state, .none)
            }),
        Planted(
            name: "a service that runs already is looked for no more",
            function: then { state, event, _, right in
                guard isBusy(state), event == .foundService else { return right }
                return (right.0, .none)
            }),
    ]
}
