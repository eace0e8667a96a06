import Testing
import Text

@testable import Reservations

@Suite("what helps who was refused") struct CureTests {
    /// How an endpoint came to stand where it stands.
    enum Past: CaseIterable {
        case held
        /// Asked by a unit of the service.
        case released
        /// Asked by somebody who says nothing of who will bind.
        case open
        /// Since such a release by a unit.
        case serving
    }

    @Test("depends on where the endpoint stands, and on who he is", arguments: Past.allCases)
    func cure(past: Past) {
        let table = table(past)

        let expected: [Refused: Cure] =
            switch past {
            case .held: [.unit: .release, .nested: .release]
            case .released: [.unit: .admission, .stranger: .name]
            case .open: [.stranger: .name]
            case .serving: [.unit: .admission]
            }
        for refused in Refused.allCases {
            #expect(table.cure(of: 0, for: refused) == expected[refused] ?? .none, "\(refused)")
        }
    }

    private func table(_ past: Past) -> Table {
        var table = Table(Plan([("a", "1/tcp")]), stays: true, isGuarded: true)
        _ = table.take(.started, 0)
        _ = table.take(.bound, 0)
        if past == .held { return table }
        let places = past == .open ? [] : [Place(id: 7, isPopulated: true)]
        _ = table.beginRelease(of: 0, by: places)
        _ = table.release(0, to: 0)
        if past == .serving { _ = table.take(.serviceBound, 0) }
        return table
    }
}
