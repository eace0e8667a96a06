import Testing
import Text

@testable import Reservations

@Suite("what another instance has to know of a service")
struct RememberedTests {
    private let endpoints = [
        Endpoint(.tcp, .any, port: 1), Endpoint(.udp, .ipv4(0xffff_fffe), port: 65_535),
        Endpoint(.tcp, .ipv6(high: .max, low: 1), port: 631),
    ]
    private static let states: [(State, State)] = [
        (.released(.unknown), .released(.unknown)),
        (.released(.besideServing), .released(.besideServing)),
        (.released(.populated), .released(.populated)), (.released(.empty), .released(.empty)),
        (.serving, .serving), (.idle(.owners), .idle(.grace)), (.idle(.grace), .idle(.grace)),
        (.idle(.populated), .idle(.populated)), (.idle(.empty), .idle(.empty)),
        (.busy(attempt: 3, isAsked: true), .busy(attempt: 0, isAsked: true)),
    ]

    @Test("is read as it was written", arguments: 0..<3, states)
    func same(number: Int, pair: (State, State)) throws {
        let endpoint = endpoints[number]
        var rule = Rule()
        rule.release(by: Place(id: 1 << 40, level: 2, isPopulated: true), isServing: false)
        rule.enter(Place(id: 7, isPopulated: false))
        var remembered = Remembered(rule)
        remembered.entries = [
            Remembered.Entry(endpoint, pair.0, due: nil, since: 1_800_000_000_000_000),
            Remembered.Entry(endpoint, .serving, due: 5, since: -1),
        ]

        let read = try #require(Remembered(remembered.numbers))

        #expect(read.places == [1 << 40, 7] && read.generation == 1 && read.isKnown)
        #expect(
            read.entries == [
                Remembered.Entry(endpoint, pair.1, due: nil, since: 1_800_000_000_000_000),
                Remembered.Entry(endpoint, .serving, due: 5, since: -1),
            ])
    }

    @Test("is nothing where it is cut, or is another version's")
    func refused() {
        var remembered = Remembered(Rule())
        remembered.entries = [Remembered.Entry(endpoints[0], .serving, due: nil, since: 0)]
        let numbers = remembered.numbers
        for count in 0..<numbers.count where count != 4 {
            #expect(Remembered(Array(numbers.prefix(count))) == nil, "\(count)")
        }
        for (index, value) in [
            (0, 70_000), (1, -1), (1, Int.max), (1, Int.min), (3, 70_000), (3, -1), (4, 70_000),
            (5, 70_000), (6, 70_000), (9, 70_000), (9, 0),
        ] {
            var wrong = numbers
            wrong[index] = value
            #expect(Remembered(wrong) == nil, "\(index): \(value)")
        }
    }

    @Test("is where services stand then, of what is still theirs, and X is who it was")
    func recalled() {
        var table = Table(Plan([("a", "1/tcp\n2/tcp"), ("b", "2/tcp")]), stays: true)
        var rule = Rule()
        rule.release(by: Place(id: 7, isPopulated: true), isServing: false)
        table.recall(Rule(Remembered(rule), rule.places), of: 0)

        let recalled = [
            (.serving, 1, 0), (.released(.populated), 2, 1), (.serving, 2, 0), (.serving, 1, 1),
            (.serving, 3, 0), (.held, 2, 0),
        ].map { state, port, service in table.recall(remembered(state, port), of: service)?.entry }

        #expect(
            recalled == [0, 1, nil, nil, nil, nil],
            "2 is b's by then, 1 was never, of 3 is no line, and who was held begins anew")

        #expect(table.isServing(0) && !table.isServing(1))
        #expect(table.claimant(of: 1) == 1)
        #expect(table.rule(of: 0).presence == .populated && table.heldCount == 0)
        let steps = table.note(7, isPopulated: nil)
        #expect(steps.map(\.entry) == [0])
    }

    @Test("ends where no cgroup of X is left")
    func gone() {
        var table = Table(Plan([("a", "1/tcp")]), stays: true)
        var rule = Rule()
        rule.release(by: Place(id: 7, isPopulated: true), isServing: false)
        table.recall(Rule(Remembered(rule), []), of: 0)
        let recalled = table.recall(remembered(.released(.populated), 1), of: 0)

        #expect(recalled?.entry == 0 && table.reconcile().map(\.new) == [.binding(attempt: 0)])
    }

    @Test("waits for an end where nobody has told of one, but while it serves", arguments: states)
    func waits(state: State, same: State) {
        var table = Table(Plan([("a", "1/tcp")]), stays: true)
        let recalled = table.recall(remembered(state, 1), of: 0)

        let isEndless = state == .serving || state == .idle(.populated)
        #expect(recalled.map { $0.spanMs == nil } == isEndless)
        #expect(recalled?.spanMs ?? 1 > 0)
    }
}

extension Table {
    fileprivate mutating func recall(_ one: Remembered.Entry, of service: Int) -> Recalled? {
        recall(one, by: service, EntrySet(entries(of: service)))
    }
}

/// What is told of TCP's `port`, without an end.
private func remembered(_ state: State, _ port: UInt16) -> Remembered.Entry {
    Remembered.Entry(Endpoint(.tcp, .any, port: port), state, due: nil, since: 0)
}
