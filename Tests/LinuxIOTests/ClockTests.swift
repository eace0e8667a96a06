import Testing

@testable import LinuxIO

@Suite("the clock") struct ClockTests {
    @Test("never goes back")
    func rising() {
        var last = monotonicMilliseconds()
        for _ in 0..<1_000 {
            let now = monotonicMilliseconds()
            #expect(now >= last)
            last = now
        }
    }
}
