import Testing
import Text

@testable import Varlink

@Suite("an inbox") struct InboxTests {
    private let stream = bytes("a\0\0bcd\0{\"e\":\"f\"}\0rest")
    private let messages = ["a", "", "bcd", "{\"e\":\"f\"}"]

    private func takeAll(_ inbox: inout Inbox) throws -> [String] {
        var taken: [String] = []
        while let message = try inbox.next() {
            taken.append(String(decoding: message, as: UTF8.self))
        }
        return taken
    }

    @Test("cuts a stream at its NULs, wherever it was cut on its way")
    func everySplit() throws {
        for first in 0...stream.count {
            for second in first...stream.count {
                var inbox = Inbox()
                var taken: [String] = []
                for part in [stream[..<first], stream[first..<second], stream[second...]] {
                    inbox.add(part)
                    taken += try takeAll(&inbox)
                }
                #expect(taken == messages, "cut at \(first) and \(second)")
                #expect(inbox.count == 4)
            }
        }
    }

    @Test("gives the same when a stream comes a byte at a time, or is taken at its end")
    func byByte() throws {
        var early = Inbox()
        var late = Inbox()
        var taken: [String] = []
        for byte in stream {
            early.add([byte])
            late.add([byte])
            taken += try takeAll(&early)
        }

        #expect(taken == messages)
        #expect(try takeAll(&late) == messages)
        #expect(late.count == early.count)
    }

    @Test("begins with nothing, and has nothing left behind a last NUL")
    func empty() throws {
        var inbox = Inbox()
        #expect(try inbox.next() == nil)
        inbox.add([])
        #expect(try inbox.next() == nil)
        #expect(inbox.count == 0)

        inbox.add([0x61, 0])

        #expect(inbox.count == 2)
        #expect(try inbox.next() == [0x61])
        #expect(inbox.count == 0)
        #expect(try inbox.next() == nil)
    }

    @Test("takes a message of 65,536 bytes and no longer one", arguments: [-1, 0, 1, 1_000])
    func bound(excess: Int) throws {
        let message = [UInt8](repeating: 0x61, count: MessageLimits.bytesMax + excess)
        for step in [message.count + 1, 4_096, 65_536, 65_535] {
            var inbox = Inbox()
            var rest = (message + [0])[...]
            var got: ArraySlice<UInt8>?
            var isBroken = false
            while !rest.isEmpty, !isBroken {
                inbox.add(rest.prefix(step))
                rest = rest.dropFirst(step)
                do { got = try inbox.next() } catch { isBroken = true }
            }
            #expect(isBroken == (excess > 0), "in steps of \(step)")
            if excess <= 0 { #expect(got.map(Array.init) == message) }
        }
    }

    @Test("refuses what is too long before its NUL has come")
    func unended() throws {
        var inbox = Inbox()
        inbox.add([UInt8](repeating: 0x61, count: MessageLimits.bytesMax)[...])
        #expect(try inbox.next() == nil)

        inbox.add([0x61])

        #expect(throws: BrokenMessage()) { try inbox.next() }
    }

    @Test("bounds each message, not all of them together")
    func many() throws {
        let half = [UInt8](repeating: 0x61, count: MessageLimits.bytesMax / 2) + [0]
        var inbox = Inbox()
        for _ in 0..<5 { inbox.add(half[...]) }

        #expect(try takeAll(&inbox).count == 5)
    }

    @Test("refuses a long message behind a good one, and gives the good one first")
    func second() throws {
        var inbox = Inbox()
        inbox.add([0x61, 0])
        inbox.add([UInt8](repeating: 0x61, count: MessageLimits.bytesMax + 1)[...])

        #expect(try inbox.next() == [0x61])
        #expect(throws: BrokenMessage()) { try inbox.next() }
    }
}
