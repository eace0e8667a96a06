import Testing

@testable import Guard

@Suite("numbers of rules")
struct RuleNumbersTests {
    @Test("are 1,023, each given out once")
    func all() {
        var numbers = RuleNumbers()
        let taken = (0..<1_023).compactMap { _ in numbers.take(nowMs: 0) }
        #expect(taken == Array(1...1_023))
        #expect(numbers.take(nowMs: 0) == nil)
    }

    @Test("are given out again after a second, and not before")
    func rest() {
        var numbers = RuleNumbers()
        for _ in 0..<1_023 { _ = numbers.take(nowMs: 0) }
        numbers.retire(7, nowMs: 5_000)
        numbers.retire(9, nowMs: 5_500)
        #expect(numbers.take(nowMs: 5_999) == nil)
        #expect(numbers.take(nowMs: 6_000) == 7)
        #expect(numbers.take(nowMs: 6_000) == nil)
        #expect(numbers.take(nowMs: 6_500) == 9)
    }

    @Test("are given out again when no program looks at them")
    func settled() {
        var numbers = RuleNumbers()
        for _ in 0..<1_023 { _ = numbers.take(nowMs: 0) }
        numbers.retire(7, nowMs: 5_000)
        numbers.settle()
        #expect(numbers.take(nowMs: 5_000) == 7)
        #expect(numbers.take(nowMs: 5_000) == nil)
    }

    @Test("that have rested come before new ones, whose pages would count")
    func order() {
        var numbers = RuleNumbers()
        for _ in 0..<3 { _ = numbers.take(nowMs: 0) }
        numbers.retire(2, nowMs: 0)
        #expect(numbers.take(nowMs: 500) == 4)
        #expect(numbers.take(nowMs: 1_000) == 2)
        #expect(numbers.take(nowMs: 1_000) == 5)
    }
}
