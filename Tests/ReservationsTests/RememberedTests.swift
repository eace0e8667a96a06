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
        for index in [0, 3, 4, 5, 6, 9] {
            var wrong = numbers
            wrong[index] = 70_000
            #expect(Remembered(wrong) == nil, "\(index)")
        }
    }

    @Test("is where services stand then, of what is still theirs, and X is who it was")
    func recalled() {
        var table = Table(Plan([("a", "1/tcp\n2/tcp"), ("b", "2/tcp")]), stays: true)
        var rule = Rule()
        rule.release(by: Place(id: 7, isPopulated: true), isServing: false)
        table.recall(Rule(Remembered(rule), rule.places), of: 0)

        let (first, second) = (
            table.recall(.serving, 0, by: 0), table.recall(.released(.populated), 1, by: 1)
        )
        let again = table.recall(.serving, 1, by: 0)

        #expect(first && second && !again, "it is b's by then")

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
        let isRecalled = table.recall(.released(.populated), 0, by: 0)

        #expect(isRecalled && table.reconcile().map(\.new) == [.binding(attempt: 0)])
    }
}
