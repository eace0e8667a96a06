import Testing

@testable import Reservations

/// One pair of state and event, kept in one way, and what becomes of it; nil: a trap.
private struct Pair {
    let state: State
    let event: Event
    let keeping: Keeping
    let answer: Answer?
}

/// What the tables say: the last row that names the event, else the row for all others.
private func pairs(of state: State, _ keeping: Keeping) -> [Pair] {
    let own = lifeRows.filter { $0.states.contains(state) && $0.keepings.contains(keeping) }
    return Words.events.compactMap { _, event in
        let named = own.last { $0.events?.contains(event) == true }
        guard let row = named ?? own.last(where: { $0.events == nil }) else { return nil }
        return Pair(
            state: state, event: event, keeping: keeping, answer: row.answer(of: state))
    }
}

private let allPairs = Words.states.flatMap { _, state in
    Keeping.allCases.flatMap { pairs(of: state, $0) }
}

private let traps = allPairs.filter { $0.answer == nil }

@Suite("the life of an endpoint") struct LifeTests {
    @Test("is written down for every state, event and way of keeping")
    func total() {
        #expect(lifeRows.count == lifeLines.count, "a line that nobody can read")
        let count = Words.states.count * Keeping.allCases.count * Words.events.count
        #expect(allPairs.count == count)
    }

    @Test("is what the table says", arguments: Keeping.allCases)
    func transitions(keeping: Keeping) {
        for pair in allPairs where pair.keeping == keeping {
            guard let wanted = pair.answer else { continue }
            let (state, effects) = transition(pair.state, pair.event, keeping)

            #expect(
                Answer(state: state, effects: effects) == wanted,
                "\(pair.state), \(pair.event), \(keeping)")
        }
    }

    @Test("ends the daemon on an answer to what nobody asked for, and on a second start")
    func bugs() {
        let events: [Event] = [.started, .bound, .inUse, .refused]
        let resting = traps.filter { if case .binding = $0.state { false } else { true } }

        #expect(resting.allSatisfy { events.contains($0.event) })
        #expect(!traps.contains { $0.state == .planned && $0.event == .started })
        #expect(traps.count - resting.count == 4 * 4 * (Words.events.count - 3))
    }

    @Test("ends indeed", arguments: ["held bound", "serving started", "binding0 due"])
    func ends(pair: String) async {
        await #expect(processExitsWith: .failure) { [pair] in
            let words = pair.split(separator: " ").map(String.init)
            let event = Words.events.first { $0.0 == words[1] }?.1
            guard let state = Words.state(words[0]), let event else { return }
            _ = transition(state, event, .unguarded)
        }
    }
}
