import Reservations
import Seeded
import Testing
import Text

private func read(_ text: String) -> PortRanges? { PortRanges(Array(text.utf8)[...]) }

private func text(_ ranges: PortRanges?) -> String? {
    ranges.map { $0.pieces(most: 1 << 20).map(\.description).joined(separator: "|") }
}

@Suite("ports as ranges") struct PortRangesTests {
    @Test(
        "are read and written as the kernel has them, sorted and joined",
        arguments: [
            ("", ""), ("\n", ""), ("80", "80"), ("80\n", "80"), ("10-12,80\n", "10-12,80"),
            ("10,12,11", "10-12"), ("80,10-12,13-20,15", "10-20,80"), ("0-65535", "0-65535"),
            ("65535,0", "0,65535"), ("1-5,2-3", "1-5"), ("0000080-81", "80-81"),
        ])
    func right(given: String, wanted: String) {
        #expect(text(read(given)) == wanted)
    }

    @Test(
        "are not read from what is no list",
        arguments: [
            "a", "80,", ",80", "80,,81", "12-10", "10-", "-10", "1-2-3", "65536", "1-65536",
            "80 81",
            "80\n81", "80\n\n", "-", "+1", "0x10", "99999999999999999999",
        ])
    func wrong(given: String) {
        #expect(read(given) == nil)
    }

    @Test(
        "are put together, met and taken out",
        arguments: [
            ("10-20", "15-30,40", "10-30,40", "15-20", "10-14"),
            ("10-20", "", "10-20", "", "10-20"), ("", "10", "10", "", ""),
            ("0-65535", "0,65535", "0-65535", "0,65535", "1-65534"),
            ("1-3,5-7", "2-6", "1-7", "2-3,5-6", "1,7"), ("1,3,5", "1-5", "1-5", "1,3,5", ""),
        ])
    func pairs(one: String, other: String, union: String, common: String, rest: String) throws {
        let (a, b) = (try #require(read(one)), try #require(read(other)))
        #expect(text(a.union(b)) == union)
        #expect(text(a.intersection(b)) == common)
        #expect(text(a.subtracting(b)) == rest)
        #expect(a.isEmpty == one.isEmpty)
    }

    @Test(
        "come in pieces that are lists, none longer than is wanted", arguments: [12, 13, 40, 4095])
    func pieces(most: Int) throws {
        let some = (0..<5_000).map { (number: UInt16) -> ClosedRange<UInt16> in
            let low: UInt16 = number * 13
            return low...(low + number % 5)
        }
        let all = PortRanges(some)
        let pieces = all.pieces(most: most)

        #expect(pieces.allSatisfy { !$0.isEmpty && $0.bytes.count <= most })
        let read = try pieces.map { try #require(PortRanges($0.bytes[...])) }
        #expect(read.reduce(PortRanges.none) { $0.union($1) } == all)
        #expect(PortRanges.none.pieces(most: most) == [""])
    }

    @Test("are what sets of ports are, whatever is done with them", arguments: UInt64(0)..<200)
    func walk(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let span = [20, 300, 65_536].randomElement(using: &random) ?? 20
        var (ranges, ports) = (PortRanges.none, Set<UInt16>())
        for step in 0..<50 {
            let some = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                let low = Int.random(in: 0..<span, using: &random)
                return UInt16(low)...UInt16(min(low + .random(in: 0...9, using: &random), 65_535))
            }
            let (other, others) = (PortRanges(some), Set(some.flatMap { Array($0) }))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: (ranges, ports) = (ranges.subtracting(other), ports.subtracting(others))
            case 1 where ports.count > 200:
                (ranges, ports) = (ranges.intersection(other), ports.intersection(others))
            case _: (ranges, ports) = (ranges.union(other), ports.union(others))
            }
            let place: Comment = "seed \(seed), step \(step)"
            #expect(Set(ranges.ranges.flatMap { Array($0) }) == ports, place)
            let ends = zip(ranges.ranges, ranges.ranges.dropFirst())
            #expect(ends.allSatisfy { Int($0.upperBound) + 1 < Int($1.lowerBound) }, place)
            #expect(read(text(ranges) ?? "x") == ranges, place)
        }
    }

}
