import Glibc
import TestFiles
import Testing

@testable import LinuxIO

@Suite("the one sleep") struct EventsTests {
    private let word: [UInt8] = [1]

    @Test("ends when a source can be read, and names it by its token")
    func token() throws {
        let quiet = try Pipe()
        let loud = try Pipe()
        var events = try Events(most: 4)
        try events.add(quiet.readEnd, token: 1)
        try events.add(loud.readEnd, token: UInt64.max)
        try loud.writeEnd.write(word.span)

        #expect(try events.wait(milliseconds: nil).map { $0.token } == [UInt64.max])
    }

    @Test("ends again as long as something is there to read")
    func levels() throws {
        let pipe = try Pipe()
        var events = try Events(most: 4)
        try events.add(pipe.readEnd, token: 7)
        try pipe.writeEnd.write(word.span)

        #expect(try events.wait(milliseconds: nil).map { $0.token } == [7])
        #expect(try events.wait(milliseconds: nil).map { $0.token } == [7])
    }

    @Test("hands over no more at once than it was made for, and nothing is lost")
    func bound() throws {
        let pipes = [try Ends(), try Ends(), try Ends()]
        var events = try Events(most: 2)
        for (token, pipe) in pipes.enumerated() {
            try events.add(pipe.pipe.readEnd, token: UInt64(token))
            try pipe.pipe.writeEnd.write(word.span)
        }

        let first = try events.wait(milliseconds: nil).map { $0.token }
        let second = try events.wait(milliseconds: nil).map { $0.token }

        #expect(first.count == 2 && second.count == 2)
        #expect(Set(first + second) == [0, 1, 2])
    }

    @Test("ends at the end of a source too")
    func end() throws {
        let pipe = try Pipe()
        var events = try Events(most: 1)
        try events.add(pipe.readEnd, token: 3)
        drop(pipe.writeEnd)

        #expect(try events.wait(milliseconds: nil).map { $0.token } == [3])
    }

    @Test("tells nothing of a source that is to be left alone, and ends when it is time")
    func interest() throws {
        let pipe = try Pipe()
        var events = try Events(most: 1)
        try events.add(pipe.readEnd, token: 5)
        try pipe.writeEnd.write(word.span)

        try events.change(pipe.readEnd, token: 5, .none)
        let before = monotonicMilliseconds()
        #expect(try events.wait(milliseconds: 20).map { $0.token } == [])
        #expect(monotonicMilliseconds() - before >= 19)

        try events.change(pipe.readEnd, token: 5, .read)
        #expect(try events.wait(milliseconds: nil).map { $0.token } == [5])
        #expect(try events.wait(milliseconds: -3).map { $0.token } == [5])
    }

    @Test("tells of room to write to who asks for it, and of an other side that is gone")
    func writing() throws {
        let pipe = try Pipe()
        var events = try Events(most: 1)
        let writer = pipe.writeEnd
        try events.add(writer, token: 6)
        #expect(try events.wait(milliseconds: 0).isEmpty, "there is nothing to read")

        for interest in [EventInterest.write, .both] {
            try events.change(writer, token: 6, interest)
            let ready = try events.wait(milliseconds: nil)
            #expect(ready == [ReadyEvent(token: 6, isHungUp: false)])
        }
        try events.change(writer, token: 6, .none)
        #expect(try events.wait(milliseconds: 0).isEmpty)

        drop(pipe.readEnd)
        #expect(try events.wait(milliseconds: nil) == [ReadyEvent(token: 6, isHungUp: true)])
    }

    @Test("does not watch what is always ready, nor one source twice")
    func refused() throws {
        let place = try TemporaryDirectory()
        let file = try open(Path(try place.write("file")), .read)
        let pipe = try Pipe()
        let events = try Events(most: 1)
        try events.add(pipe.readEnd, token: 1)

        #expect(refusal { () throws(Errno) in try events.add(file, token: 2) } == .notPermitted)
        #expect(
            refusal { () throws(Errno) in try events.add(pipe.readEnd, token: 3) } == .alreadyExists
        )
    }
}

/// A pipe that can stand in an array.
private final class Ends {
    let pipe: Pipe

    init() throws { pipe = try Pipe() }
}
