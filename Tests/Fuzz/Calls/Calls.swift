// What the fuzzer gives is a client's bytes: they are read as the daemon reads them, and what was
// understood is written and read once more.

import Text

@testable import Varlink

/// libFuzzer calls it with each input.
@c(LLVMFuzzerTestOneInput)
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    readsAgain(bytes)
    let whole = calls(bytes, step: max(bytes.count, 1))
    // The first byte decides how the stream is cut, which must not matter.
    guard whole == calls(bytes, step: Int(bytes.first ?? 0) % 7 + 1) else {
        fatalError("a stream reads otherwise in pieces")
    }
    readsAsReplies(bytes)
    return 0
}

/// A value that is read, written and read is the same.
private func readsAgain(_ bytes: [UInt8]) {
    guard let value = try? JSON(reading: bytes[...]) else { return }
    guard let again = try? JSON(reading: value.bytes[...]) else {
        fatalError("what was written is no JSON")
    }
    if again != value { fatalError("what was written is another value") }
}

/// What a service makes of a stream: the calls, and whether it then ended the connection.
private struct Served: Equatable {
    var calls: [Call] = []
    var isBroken = false
}

private func calls(_ bytes: [UInt8], step: Int) -> Served {
    var served = Served()
    var service = ServiceSide()
    for start in stride(from: 0, to: bytes.count, by: step) {
        service.take(bytes[start..<min(start + step, bytes.count)])
        do throws(BrokenMessage) {
            while let call = try service.nextCall() {
                served.calls.append(call)
                guard service.isBusy else { fatalError("a call is unanswered and nobody knows") }
                check(call)
                answer(call, &service)
            }
        } catch {
            served.isBroken = true
            return served
        }
    }
    return served
}

/// A call that is written and read is the same, and asks the description for nothing that traps.
private func check(_ call: Call) {
    let message = call.bytes
    guard message.last == 0, !message.dropLast().contains(0) else {
        fatalError("a message ends elsewhere than at its end")
    }
    guard (try? Call(reading: message.dropLast())) == call else {
        fatalError("a call reads otherwise than it was written")
    }
}

private func answer(_ call: Call, _ service: inout ServiceSide) {
    let before = service.unsentCount
    do throws(CallError) {
        service.answer(try description.answer(call) ?? Reply())
    } catch {
        service.answer(error.reply)
    }
    let isMute = service.unsentCount == before
    guard isMute == (call.mode == .oneway) else { fatalError("an answer too many or too few") }
    service.sent(service.unsentCount)
}

/// The same bytes as a client takes them.
private func readsAsReplies(_ bytes: [UInt8]) {
    var client = ClientSide()
    client.take(bytes[...])
    while let reply = try? client.nextReply() {
        var written: [UInt8] = []
        reply.write(to: &written)
        guard (try? Reply(reading: written.dropLast())) == reply else {
            fatalError("a reply reads otherwise than it was written")
        }
    }
}

private let description = ServiceDescription(
    vendor: "a", product: "b", version: "1", url: "c", [Interface("d.e", "interface d.e")])
