import Glibc
import Testing
import Text

@testable import LinuxIO

@Suite("a map of the kernel's programs", .enabled(if: isRoot, "needs root"))
struct MapTests {
    @Test("keeps values by key, as many as there is room for")
    func elements() throws {
        let map = try Descriptor.map(.hash(keyWords: 2, valueWords: 3, count: 2))

        #expect(try map.element([1, 2], words: 3) == nil)
        try map.setElement([1, 2], [3, 4, 5])
        try map.setElement([1, 3], [6, 7, 8])
        try map.setElement([1, 2], [9, 4, 5])
        #expect(try map.element([1, 2], words: 3) == [9, 4, 5])
        #expect(try map.element([1, 3], words: 3) == [6, 7, 8])
        #expect(
            refusal { () throws(Errno) in try map.setElement([2, 2], [0, 0, 0]) } == Errno(E2BIG))
        try map.removeElement([1, 2])
        try map.removeElement([1, 2])
        #expect(try map.element([1, 2], words: 3) == nil)
        #expect(isCloseOnExec(map.number))
    }

    @Test("of recent things makes room for new ones")
    func recent() throws {
        let map = try Descriptor.map(.recentHash(keyWords: 1, valueWords: 1, count: 64))

        for key in 0..<1_000 as Range<UInt64> { try map.setElement([key], [key]) }
        #expect(try map.element([999], words: 1) == [999])
        let kept = try (0..<1_000 as Range<UInt64>).filter { key in
            try map.element([key], words: 1) != nil
        }
        #expect((1...64).contains(kept.count))
    }

    @Test("that is memory is seen through every mapping of it, whole or in parts")
    func memory() throws {
        let pageBytes = Descriptor.Map.Memory.pageBytes
        let map = try Descriptor.map(.memory(bytes: 4 * pageBytes))
        let whole = try Descriptor.Map.Memory(map, bytes: 4 * pageBytes)
        let part = try Descriptor.Map.Memory(map, from: 2 * pageBytes, bytes: pageBytes)

        whole.store(0x0102_0304_0506_0708, at: 2 * pageBytes + 8)
        #expect(part.word(at: 8) == 0x0102_0304_0506_0708)
        part.fill(0xbeef, at: 16, count: 3)
        #expect(whole.word(at: 2 * pageBytes + 16) == 0xbeef_beef_beef)
        let isReplaced = part.replace(0xbeef_beef_beef, by: 7, at: 16)
        #expect(isReplaced)
        let isReplacedAgain = part.replace(0xbeef_beef_beef, by: 8, at: 16)
        #expect(!isReplacedAgain)
        #expect(whole.word(at: 2 * pageBytes + 16) == 7)
    }

    @Test("that is memory is not reached beside it")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            let map = try Descriptor.map(.memory(bytes: Descriptor.Map.Memory.pageBytes))
            let memory = try Descriptor.Map.Memory(map, bytes: Descriptor.Map.Memory.pageBytes)
            _ = memory.word(at: Descriptor.Map.Memory.pageBytes)
        }
    }

    @Test("is waited for: programs that read it")
    func readers() { #expect(Descriptor.Map.Memory.waitForReaders()) }

    @Test("is not to be had by nobody")
    func nobody() async {
        await #expect(processExitsWith: .success) {
            try becomeNobody()
            let refused = refusal { () throws(Errno) in
                drop(try Descriptor.map(.ring(bytes: 65_536)))
            }
            #expect(refused == .notPermitted)
        }
    }
}

@Suite("the kernel's numbers", .enabled(if: isRoot, "needs root"))
struct CookieTests {
    @Test("are of one socket, and of one network namespace")
    func cookies() async {
        await #expect(processExitsWith: .success) {
            let outside = try Descriptor.networkCookie()
            #expect(try Descriptor.networkCookie() == outside)
            try enterRoom()
            #expect(try Descriptor.networkCookie() != outside)
            let one = try holdingSocket(.udp, .anyIPv4, port: 631)
            let other = try holdingSocket(.tcp, .anyIPv4, port: 0)
            #expect(try one.cookie() != other.cookie())
            #expect(try one.cookie() == one.cookie())
            #expect(try one.boundPort() == 631)
            #expect(try other.boundPort() != 0)
            let six = try holdingSocket(.tcp, .anyOfBothFamilies, port: 632)
            #expect(try six.boundPort() == 632)
        }
    }

    @Test("of a hold is told before it is bound")
    func beforeBind() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var told: UInt64 = 0
            var port: UInt16?
            let hold = try holdingSocket(.tcp, .anyIPv4, port: 631) { socket throws(Errno) in
                told = try socket.cookie()
                port = try socket.boundPort()
            }
            #expect(try hold.cookie() == told)
            #expect(port == 0)
            #expect(try hold.boundPort() == 631)
        }
    }
}
