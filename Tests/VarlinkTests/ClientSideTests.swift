import Testing
import Text

@testable import Varlink

@Suite("the client's side") struct ClientSideTests {
    @Test("sends what the service understands")
    func call() throws {
        let call = Call("a.B", [Member("c", .string("d"))], .more)
        var service = ServiceSide()

        service.take(ClientSide().bytes(of: call)[...])

        #expect(try service.nextCall() == call)
    }

    @Test("gives the replies in order, however the stream was cut")
    func everySplit() throws {
        let replies = [
            Reply([Member("a", .integer(1))], continues: true), Reply(),
            Reply(error: "a.B", [Member("c", .null)]),
        ]
        let stream = replies.flatMap(\.bytes)
        for cut in 0...stream.count {
            var client = ClientSide()
            var got: [Reply] = []
            for part in [stream[..<cut], stream[cut...]] {
                client.take(part)
                while let reply = try client.nextReply() { got.append(reply) }
            }
            #expect(got == replies, "cut at \(cut)")
        }
    }

    @Test("has no reply while none is whole")
    func half() throws {
        var client = ClientSide()
        #expect(try client.nextReply() == nil)
        client.take(Reply().bytes.dropLast())
        #expect(try client.nextReply() == nil)
        client.take([0])
        #expect(try client.nextReply() == Reply())
    }

    @Test(
        "refuses what is no reply", arguments: ["\0", "{\"error\":1}\0", "HTTP/1.1 200 OK\0"])
    func broken(stream: String) {
        var client = ClientSide()
        client.take(bytes(stream)[...])

        #expect(throws: BrokenMessage()) { try client.nextReply() }
    }

    @Test("refuses a reply that is too long")
    func long() {
        var client = ClientSide()
        client.take([UInt8](repeating: 0x20, count: MessageLimits.bytesMax + 1)[...])

        #expect(throws: BrokenMessage()) { try client.nextReply() }
    }
}
