import Testing

@testable import LinuxIO

@Suite("a timer") struct TimerTests {
    @Test("can be read at its moment and not before")
    func moment() throws {
        let timer = try Descriptor.timer()
        let due = monotonicMilliseconds() + 50
        try timer.arm(atMilliseconds: due)
        #expect(try !timer.hasFired())

        #expect(isReadable(timer.number, waitMs: generousMs))
        #expect(monotonicMilliseconds() >= due)
        #expect(try timer.hasFired())
        #expect(try !timer.hasFired(), "once")
        #expect(isCloseOnExec(timer.number))
    }

    @Test("comes at once where its moment is past", arguments: [-5, 0, 1])
    func past(moment: Int) throws {
        let timer = try Descriptor.timer()
        try timer.arm(atMilliseconds: moment)

        #expect(isReadable(timer.number, waitMs: generousMs))
    }

    @Test("can be set anew and done without")
    func changed() throws {
        let timer = try Descriptor.timer()
        try timer.arm(atMilliseconds: 1)
        #expect(isReadable(timer.number, waitMs: generousMs))
        try timer.arm(atMilliseconds: monotonicMilliseconds() + 3_600_000)
        #expect(!isReadable(timer.number))

        try timer.arm(atMilliseconds: 1)
        #expect(isReadable(timer.number, waitMs: generousMs))
        try timer.disarm()

        #expect(!isReadable(timer.number))
        #expect(try !timer.hasFired())
    }
}
