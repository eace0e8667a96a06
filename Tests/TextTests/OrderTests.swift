import Seeded
import Testing
import Text

@Suite("order") struct OrderTests {
    @Test("whatever a seed picks comes in rising order", arguments: UInt64(0)..<60)
    func rises(seed: UInt64) {
        var random = Seeded(state: seed)
        let numbers = (0..<Int(seed)).map { _ in Int.random(in: -9...9, using: &random) }

        #expect(rising(numbers) == numbers.sorted())
    }

    @Test("equal keys stay as they stand, and every index is told once", arguments: UInt64(0)..<60)
    func stable(seed: UInt64) {
        var random = Seeded(state: seed)
        let keys = (0..<Int(seed) * 3).map { _ in Int.random(in: 0...4, using: &random) }

        let told = order(of: keys)

        #expect(told.sorted() == Array(keys.indices))
        for (one, other) in zip(told, told.dropFirst()) {
            #expect((keys[one], one) < (keys[other], other))
        }
    }

    @Test("names come byte by byte, the shorter one first")
    func names() {
        let names: [Text] = ["b", "", "a\u{e9}", "aa", "a", "B"]

        #expect(order(of: names).map { names[$0] } == ["", "B", "a", "aa", "a\u{e9}", "b"])
    }
}
