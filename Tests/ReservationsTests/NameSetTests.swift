import Reservations
import Seeded
import Testing
import Text

@Suite("sets of names and of entries") struct NameSetTests {
    @Test("a name is in the set when it was put there, however many are")
    func names() {
        let names = (0..<3_000).map { ServiceName("name\($0)") }
        var set = NameSet()
        for (index, name) in names.enumerated() where index % 3 != 0 {
            #expect(!set.contains(name))

            set.insert(name)
            set.insert(name)

            #expect(set.contains(name))
        }

        for (index, name) in names.enumerated() { #expect(set.contains(name) == (index % 3 != 0)) }
    }

    @Test("names that differ in one byte, or in length, are two")
    func bytes() {
        let set = NameSet([ServiceName("a"), ServiceName("ab")])

        #expect(set.contains(ServiceName("ab")) && !set.contains(ServiceName("ac")))
        #expect(!set.contains(ServiceName("")) && !set.contains(ServiceName("abc")))
    }

    @Test("the entries of a set are told in rising order, and each once", arguments: UInt64(0)..<20)
    func entries(seed: UInt64) {
        var random = Seeded(state: seed)
        let entries = (0..<Int(seed)).map { _ in Int.random(in: 0...30, using: &random) }

        let set = EntrySet(entries)

        #expect(set.all == Set(entries).sorted() && set.count == set.all.count)
        #expect((0...40).filter { set.contains($0) } == set.all && set.isEmpty == (seed == 0))
    }
}
