import Control
import Glibc
import Reservations
import Testing
import Text
import Varlink

@testable import Daemon
@testable import LinuxIO

/// One client of a daemon with nothing reserved, on a real connection.
private struct Meeting: ~Copyable {
    let client: Client
    var incidents = Incidents()
    private let keeper = Keeper(.empty)
    private let events: Events
    private let far: Descriptor
    private var machine = ClientSide()

    init() throws {
        let events = try Events(most: 8)
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        #expect(unsafe socketpair(AF_UNIX, type, 0, &ends) == 0)
        let connection = Connection(socket: Descriptor(owning: ends[0]), uid: 0, pid: getpid())
        client = Client(connection, token: 16, lastTurn: 0)
        far = Descriptor(owning: ends[1])
        self.events = events
    }

    /// Sends a call, which the client then has taken.
    mutating func call(_ request: Request) throws {
        try client.join(events)
        try far.sendAll(machine.bytes(of: request.call))
        client.read(now: 0)
        _ = try #require(client.takeCall())
    }

    /// What the client is told in a turn, as long as there is something.
    mutating func told() throws -> [Reply] {
        var replies: [Reply] = []
        repeat {
            client.send(keeper, Runs(keeper), incidents)
            client.watchSocket(events, incidents)
            let count = replies.count
            while case .bytes(let bytes) = try far.receiveBytes(most: 65_536) {
                machine.take(bytes[...])
            }
            while let reply = try machine.nextReply() { replies.append(reply) }
            if replies.count == count { return replies }
        } while true
    }

    mutating func note(_ count: Int, from port: UInt16 = 1) {
        for number in 0..<count {
            let culprit = Incident.Culprit(
                uid: 0, cgroup: 1, pid: 2, command: Text([UInt8](repeating: 0x61, count: 64)),
                unit: nil)
            _ = incidents.note(
                Incident(
                    kind: .refused, service: ServiceName("cups"),
                    endpoint: Endpoint(.tcp, .any, port: port + UInt16(number)), culprit: culprit,
                    at: 0, count: 1))
        }
    }
}

private func ports(_ replies: [Reply]) -> [Int?] {
    replies.map { $0.parameters.value("incident").flatMap { IncidentRecord($0) }?.endpoint.port }
}

@Suite("a client that asks for incidents") struct ClientIncidentsTests {
    @Test("is told of each, one a reply, and that the last is the last", arguments: [1, 2, 256])
    func all(count: Int) throws {
        var meeting = try Meeting()
        meeting.note(count)
        try meeting.call(.incidents)
        meeting.client.nextIncident = 0

        let told = try meeting.told()

        #expect(ports(told) == Array(1...count))
        #expect(told.map(\.continues) == (1...count).map { $0 < count })
    }

    @Test("gets one reply without any where there is none")
    func none() throws {
        var meeting = try Meeting()
        try meeting.call(.incidents)
        meeting.client.nextIncident = 0

        #expect(try meeting.told() == [Reply()])
        #expect(meeting.client.nextIncident == nil)
    }

    @Test("who watches is told of each that begins then, once, and of none from before")
    func watch() throws {
        var meeting = try Meeting()
        meeting.note(3)
        try meeting.call(.watch)
        meeting.client.listing = Listing(of: nil, isWatch: true, .empty)
        meeting.client.nextIncident = meeting.incidents.end
        #expect(try meeting.told() == [])

        meeting.note(2, from: 9)
        let told = try meeting.told()
        meeting.note(2, from: 9)

        #expect(ports(told) == [9, 10])
        #expect(told.allSatisfy { $0.continues })
        #expect(try meeting.told() == [])
    }
}
