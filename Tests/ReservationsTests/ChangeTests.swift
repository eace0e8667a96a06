import Testing
import Text

@testable import Reservations

@Suite("a change of plans") struct ChangeTests {
    /// `+1/tcp -2/tcp 3/tcp`: what is new, what is gone and what stays.
    private func shown(_ old: Plan, _ new: Plan) -> String {
        let change = Change(from: old, to: new)
        let added = change.added.map { "+\(new.entries[$0].endpoint.text)" }
        let removed = change.removed.map { "-\(old.entries[$0].endpoint.text)" }
        let kept = change.kept.map { pair in
            let (before, after) = (old.entries[pair.old].endpoint, new.entries[pair.new].endpoint)
            return before == after ? "\(after.text)" : "\(before.text)!=\(after.text)"
        }
        return (added + removed + kept).joined(separator: " ")
    }

    @Test("goes by endpoints alone: owners, options and lines may differ")
    func endpoints() {
        let old = Plan([("a", "1/tcp\n2/tcp"), ("b", "3/udp permanent")])
        let new = Plan([("b", "# moved\n2/tcp"), ("c", "3/udp\n127.0.0.1:1/tcp")])

        #expect(shown(old, new) == "+127.0.0.1:1/tcp -1/tcp 2/tcp 3/udp")
    }

    @Test("from nothing is all new, to nothing all gone, to itself none")
    func ends() {
        let plan = Plan([("a", "1-2/tcp")])

        #expect(shown(.empty, plan) == "+1/tcp +2/tcp")
        #expect(shown(plan, .empty) == "-1/tcp -2/tcp")
        #expect(shown(plan, plan) == "1/tcp 2/tcp")
    }
}
