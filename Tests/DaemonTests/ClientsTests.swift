import CRig
import Glibc
import Testing
import Varlink

@testable import Daemon
@testable import LinuxIO

/// Clients on real connections.
private struct Crowd: ~Copyable {
    private(set) var clients: Clients
    private let events: Events
    private var count = 0

    init() throws {
        try enterRoom()
        let events = try Events(most: 64)
        let clients = Clients(try listeningSocket(at: "/dev/control", backlog: 128), token: 3)
        try clients.join(events)
        unsafe chmod("/dev/control", 0o666)
        self.events = events
        self.clients = clients
    }

    /// Connects as `uid` and sends as many calls; the far end is the caller's.
    mutating func connect(as uid: UInt32, calls: Int = 1) throws -> Descriptor {
        seteuid(uid)
        defer { seteuid(0) }
        let socket = try connectedStreamSocket(to: "/dev/control", waitSeconds: 5)
        let call = Array(#"{"method":"org.varlink.service.GetInfo"}"#.utf8) + [0]
        for _ in 0..<calls { try socket.sendAll(call) }
        try clients.accept(events, now: 0)
        clients.notice(ReadyEvent(token: 16 + UInt64(count), isHungUp: false))
        count += 1
        return socket
    }

    mutating func takeTurn() -> [Client] { clients.takeTurn() }

    var hasWork: Bool { clients.hasWork }
}

/// The far ends, kept open.
private final class FarEnd {
    let socket: Descriptor
    init(owning socket: consuming Descriptor) { self.socket = socket }
}

@Suite("clients", .enabled(if: isRoot, "needs root for a network of its own"))
struct ClientsTests {
    @Test("have their turns: root's first, then eight others', those who waited longest")
    func order() async {
        await #expect(processExitsWith: .success) {
            var crowd = try Crowd()
            var ends: [FarEnd] = []
            for uid in [65_534, 65_534, 65_533, 65_533, 0, 65_532, 65_532, 65_531, 65_531, 65_530]
                + [0, 65_530] as [UInt32]
            {
                ends.append(FarEnd(owning: try crowd.connect(as: uid)))
            }

            let first = crowd.takeTurn().map { $0.token }
            let second = crowd.takeTurn().map { $0.token }

            #expect(first == [20, 26, 16, 17, 18, 19, 21, 22, 23, 24])
            #expect(second == [20, 26, 25, 27, 16, 17, 18, 19, 21, 22])
            withExtendedLifetime(ends) {}
        }
    }

    @Test("give one call a turn, and are due as long as they have sent more")
    func oneCall() async {
        await #expect(processExitsWith: .success) {
            var crowd = try Crowd()
            let end = FarEnd(owning: try crowd.connect(as: 0, calls: 3))

            for left in [2, 1, 0] {
                let hasWork = crowd.hasWork
                #expect(hasWork)
                let turn = crowd.takeTurn()
                try #require(turn.count == 1)
                turn[0].read(now: 0)
                #expect(turn[0].takeCall() != nil)
                turn[0].answer(Reply())
                #expect(turn[0].isDue == (left > 0))
            }

            let hasWork = crowd.hasWork
            #expect(!hasWork)
            withExtendedLifetime(end) {}
        }
    }

    @Test("who hung up after a call that wants an answer: it is not given")
    func hungUp() async {
        await #expect(processExitsWith: .success) {
            var crowd = try Crowd()
            _ = try crowd.connect(as: 0)
            crowd.clients.notice(ReadyEvent(token: 16, isHungUp: true))
            let client = try #require(crowd.takeTurn().first)
            client.read(now: 0)

            #expect(client.takeCall() == nil)
            #expect(!client.isDue)
        }
    }
}
