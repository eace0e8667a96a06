import Testing

@testable import Reservations

/// What becomes of a state.
private struct Answer: Equatable {
    let state: State
    let effect: Effect?
}

/// All pairs but those of `bugs`.
private var pairs: [(State, Event, Answer)] {
    [
        (.planned, .started, Answer(state: .planned, effect: .bind)),
        (.planned, .hold, Answer(state: .planned, effect: .bind)),
        (.planned, .bound, Answer(state: .held, effect: nil)),
        (.planned, .inUse, Answer(state: .busy, effect: nil)),
        (.planned, .refused, Answer(state: .failed, effect: nil)),
        (.planned, .release, Answer(state: .released, effect: nil)),
        (.held, .release, Answer(state: .released, effect: .close)),
        (.held, .hold, Answer(state: .held, effect: nil)),
        (.released, .release, Answer(state: .released, effect: nil)),
        (.released, .hold, Answer(state: .planned, effect: .bind)),
        (.busy, .release, Answer(state: .busy, effect: nil)),
        (.busy, .hold, Answer(state: .planned, effect: .bind)),
        (.failed, .release, Answer(state: .failed, effect: nil)),
        (.failed, .hold, Answer(state: .planned, effect: .bind)),
    ]
}

private var bugs: [(State, Event)] {
    [State.held, .released, .busy, .failed].flatMap { state in
        [Event.started, .bound, .inUse, .refused].map { (state, $0) }
    }
}

@Suite("the life of an endpoint") struct LifeTests {
    @Test("knows what each event makes of each state", arguments: pairs.indices)
    func transitions(pair: Int) {
        let (state, event, wanted) = pairs[pair]
        let (next, effect) = transition(state, event)

        #expect(Answer(state: next, effect: effect) == wanted, "\(state), \(event)")
    }

    @Test("is decided for every pair: fourteen are life, sixteen are bugs of ours")
    func total() {
        #expect(pairs.count + bugs.count == 5 * 6)
    }

    @Test("ends the daemon on what nobody asked for", arguments: bugs.indices)
    func ends(bug: Int) async {
        await #expect(processExitsWith: .failure) { [bug] in
            _ = transition(bugs[bug].0, bugs[bug].1)
        }
    }
}
