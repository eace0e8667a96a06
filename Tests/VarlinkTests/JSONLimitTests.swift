import Testing
import Text

@testable import Varlink

@Suite("a bound on JSON") struct JSONLimitTests {
    private let depth = MessageLimits.depthMax

    @Test("the bounds are those of the design")
    func bounds() {
        #expect(MessageLimits.bytesMax == 65_536)
        #expect(MessageLimits.depthMax == 8)
        #expect(MessageLimits.membersMax == 64)
    }

    @Test("eight containers stand within each other, and no ninth")
    func depths() {
        for count in 1...depth + 2 {
            let isFine = count <= depth
            let wanted: JSONError.Reason? = isFine ? nil : .tooDeep
            #expect(refusal(nested("[", "]", count, "")) == wanted)
            #expect(refusal(nested("[", "]", count, "1")) == wanted)
            #expect(refusal(nested("{\"a\":", "}", count, "1")) == wanted)
            #expect(
                refusal(nested("[{\"a\":", "}]", count / 2, "1")) == nil || count / 2 * 2 > depth)
        }
        #expect(refusal(nested("{\"a\":", "}", depth - 1, "{}")) == nil)
        #expect(refusal(nested("{\"a\":", "}", depth, "{}")) == .tooDeep)
        #expect(refusal(nested("{\"a\":", "}", depth, "[]")) == .tooDeep)
        #expect(refusal(String(repeating: "[", count: 60_000)) == .tooDeep)
    }

    @Test("any number of containers stand beside each other")
    func breadth() throws {
        let deep = nested("[", "]", depth - 1, "")
        let text = "[" + Array(repeating: deep, count: 100).joined(separator: ",") + "]"

        #expect(try read(text).array?.count == 100)
    }

    @Test("an object has 64 members, and no more")
    func members() throws {
        let most = MessageLimits.membersMax
        for count in [0, 1, most - 1, most] {
            #expect(try read(object(count)).object?.count == count)
        }
        #expect(refusal(object(most + 1)) == .tooManyMembers)
        #expect(refusal(object(1_000)) == .tooManyMembers)
        #expect(refusal("[\(object(most)),\(object(most))]") == nil)
    }

    @Test("an array is bounded by the message alone, and costs no more than its length")
    func elements() throws {
        let (few, many) = (try quickest(3_000), try quickest(30_000))

        // Ten times as long, or a hundred times where each element were to copy all before it.
        #expect(many < few * 40)
    }

    private func quickest(_ count: Int) throws -> Duration {
        let text = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        var times: [Duration] = []
        for _ in 1...5 {
            var value = JSON.null
            times.append(try ContinuousClock().measure { value = try read(text) })
            #expect(value.array?.count == count)
        }
        return times.min() ?? .zero
    }

    private func nested(_ start: String, _ end: String, _ count: Int, _ inner: String) -> String {
        String(repeating: start, count: count) + inner + String(repeating: end, count: count)
    }

    private func object(_ count: Int) -> String {
        "{" + (0..<count).map { "\"a\($0)\":\($0)" }.joined(separator: ",") + "}"
    }
}
