import Testing
import Text

@testable import Varlink

@Suite("the service's side") struct ServiceSideTests {
    private let first = Call("a.B", [Member("c", .integer(1))])
    private let second = Call("a.C", [], .more)
    private let third = Call("a.D", [], .oneway)

    private func sent(_ service: ServiceSide) -> String {
        String(decoding: service.unsent, as: UTF8.self)
    }

    private func service(_ calls: Call...) -> ServiceSide {
        var service = ServiceSide()
        for call in calls { service.take(call.bytes[...]) }
        return service
    }

    @Test("gives pipelined calls in order, each when the one before it is answered")
    func pipelined() throws {
        var service = service(first, second, third, first)

        for call in [first, second, third, first] {
            #expect(!service.isBusy)
            #expect(try service.nextCall() == call)
            #expect(service.isBusy)
            #expect(try service.nextCall() == nil, "there is one call at a time")
            service.answer(Reply([Member("to", .string(call.method))]))
        }
        #expect(try service.nextCall() == nil)
        #expect(service.unreadCount == 0)
        let replies = ["a.B", "a.C", "a.B"].map { "{\"parameters\":{\"to\":\"\($0)\"}}\0" }
        #expect(sent(service) == replies.joined())
    }

    @Test("understands a stream however it was cut")
    func everySplit() throws {
        let stream = [first, second, third].flatMap(\.bytes)
        for cut in 0...stream.count {
            var service = ServiceSide()
            var calls: [Call] = []
            for part in [stream[..<cut], stream[cut...]] {
                service.take(part)
                while let call = try service.nextCall() {
                    calls.append(call)
                    service.answer(Reply())
                }
            }
            #expect(calls == [first, second, third], "cut at \(cut)")
        }
    }

    @Test("takes what comes while a call is unanswered")
    func meanwhile() throws {
        var service = service(first)
        #expect(try service.nextCall() == first)

        service.take(second.bytes.prefix(5))
        #expect(service.unreadCount == 5)
        #expect(try service.nextCall() == nil)
        service.answer(Reply())

        #expect(try service.nextCall() == nil, "the rest has not come")
        service.take(second.bytes.dropFirst(5))
        #expect(try service.nextCall() == second)
    }

    @Test("sends nothing for a oneway call, neither a reply nor an error")
    func oneway() throws {
        var service = service(third, third, first)
        #expect(try service.nextCall() == third)
        service.answer(Reply([Member("a", .null)]))
        #expect(try service.nextCall() == third)
        service.answer(CallError.permissionDenied.reply)

        #expect(service.unsentCount == 0)
        #expect(!service.isBusy)
        #expect(try service.nextCall() == first, "the next call has its turn")
    }

    @Test("answers a call that wants more until a reply does not continue")
    func more() throws {
        var service = service(second, first)
        #expect(try service.nextCall() == second)

        for _ in 0..<3 {
            service.answer(Reply(continues: true))
            #expect(service.isBusy)
            #expect(try service.nextCall() == nil)
        }
        service.answer(Reply())

        #expect(!service.isBusy)
        #expect(sent(service) == String(repeating: "{\"continues\":true}\0", count: 3) + "{}\0")
        #expect(try service.nextCall() == first)
    }

    @Test("ends an answer of many replies with an error")
    func moreFails() throws {
        var service = service(second)
        #expect(try service.nextCall() == second)
        service.answer(Reply(continues: true))
        service.answer(CallError("a.E").reply)

        #expect(!service.isBusy)
        #expect(sent(service) == "{\"continues\":true}\0{\"error\":\"a.E\"}\0")
    }

    @Test("dies of an answer that nobody wants, which would be our bug")
    func unwanted() async {
        await #expect(processExitsWith: .failure) {
            var service = ServiceSide()
            service.answer(Reply())
        }
        await #expect(processExitsWith: .failure) {
            var service = ServiceSide()
            service.take(Call("a").bytes[...])
            _ = try service.nextCall()
            service.answer(Reply(continues: true))
        }
    }

    @Test("ends the connection for a broken message, behind the calls before it")
    func broken() throws {
        var service = service(first)
        service.take(bytes("{\"method\":1}\0")[...])

        #expect(try service.nextCall() == first)
        service.answer(Reply())
        #expect(throws: BrokenMessage()) { try service.nextCall() }
        #expect(sent(service) == "{}\0", "what was answered is still sent")
    }

    @Test("ends the connection for a NUL alone, and for what is too long")
    func framing() {
        var empty = ServiceSide()
        empty.take([0])
        #expect(throws: BrokenMessage()) { try empty.nextCall() }

        var long = ServiceSide()
        long.take([UInt8](repeating: 0x20, count: MessageLimits.bytesMax + 1)[...])
        #expect(throws: BrokenMessage()) { try long.nextCall() }
    }

    @Test("takes a call of the greatest length")
    func longest() throws {
        let plain = bytes("{\"method\":\"a\"}")
        let blanks = [UInt8](repeating: 0x20, count: MessageLimits.bytesMax - plain.count)
        var service = ServiceSide()
        service.take((plain + blanks + [0])[...])

        #expect(try service.nextCall() == Call("a"))
    }

    @Test("forgets what was sent, in pieces of any size")
    func sentInPieces() throws {
        let whole = Reply([Member("a", .string("b"))]).bytes
        for size in 1...whole.count {
            var service = service(first)
            _ = try service.nextCall()
            service.answer(Reply([Member("a", .string("b"))]))
            var gone: [UInt8] = []
            while service.unsentCount > 0 {
                let piece = service.unsent.prefix(size)
                #expect(service.unsentCount == service.unsent.count)
                gone += piece
                service.sent(piece.count)
            }
            #expect(gone == whole)
        }
    }
}
