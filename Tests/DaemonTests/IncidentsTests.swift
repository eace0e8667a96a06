import Control
import Reservations
import Testing
import Text

@testable import Daemon

private let hour = 3_600_000_000

private func incident(
    _ kind: IncidentRecord.Kind = .refused, port: UInt16 = 631, address: Address = .any,
    uid: UInt32 = 1000, cgroup: UInt64 = 7, pid: Int32 = 812, at: Int = 0, count: Int = 1
) -> Incident {
    Incident(
        kind: kind, service: ServiceName("cups"), endpoint: Endpoint(.tcp, address, port: port),
        culprit: Incident.Culprit(
            uid: uid, cgroup: cgroup, pid: pid, command: "perl", unit: "cron.service"),
        at: at, count: count)
}

@Suite("incidents") struct IncidentsTests {
    private func all(_ incidents: Incidents, for uid: UInt32 = 0) -> [IncidentRecord] {
        var (told, next) = ([IncidentRecord](), 0)
        while let found = incidents.first(from: next) {
            told.append(found.incident.record(for: uid))
            next = found.number + 1
        }
        return told
    }

    @Test("are logged once a culprit and endpoint, and counted then")
    func counted() {
        var incidents = Incidents()
        let each = [
            incident(at: 5), incident(pid: 813, at: 9, count: 4), incident(at: 7),
        ]
        let logged = each.map { incidents.note($0) }

        #expect(logged == [true, false, false])
        let told = all(incidents)
        #expect(told.map { [$0.count, $0.at] } == [[6, 9]])
    }

    @Test("of another kind, user, cgroup, port or address are others, in the order they began")
    func others() {
        let each = [
            incident(), incident(.busy), incident(uid: 1), incident(cgroup: 8),
            incident(port: 632), incident(address: .ipv4(0x7f00_0001)),
        ]
        var incidents = Incidents()
        let logged = (each + each).map { incidents.note($0) }

        #expect(logged == each.map { _ in true } + each.map { _ in false })
        #expect(all(incidents) == each.map { counting($0, 2).record(for: 0) })
    }

    private func counting(_ one: Incident, _ count: Int) -> Incident {
        Incident(
            kind: one.kind, service: one.service, endpoint: one.endpoint, culprit: one.culprit,
            at: one.at, count: count)
    }

    @Test("add up what another counts, also where that one begins anew")
    func totals() {
        var incidents = Incidents()
        for total in [3, 10, 10, 2, 5] {
            _ = incidents.note(incident(count: total), isTotal: true)
        }

        #expect(all(incidents).map(\.count) == [15])
    }

    @Test("never count over the largest number")
    func overflow() {
        var incidents = Incidents()
        _ = incidents.note(incident(count: .max))
        _ = incidents.note(incident(count: .max))

        #expect(all(incidents).map(\.count) == [Int.max])
    }

    @Test("name their culprit to root and to himself only", arguments: [0, 1000, 1001] as [UInt32])
    func told(uid: UInt32) {
        var incidents = Incidents()
        _ = incidents.note(incident())

        let culprit = HolderRecord(
            pid: 812, command: "perl", uid: 1000, unit: "cron.service", isKernels: false)
        #expect(all(incidents, for: uid).map(\.by) == [uid == 1001 ? nil : culprit])
    }

    @Test("tell a command of any bytes as text")
    func command() {
        let odd = Incident(
            kind: .refused, service: ServiceName("cups"), endpoint: Endpoint(.udp, .any, port: 1),
            culprit: Incident.Culprit(
                uid: 1, cgroup: 0, pid: 2, command: Text([0x61, 0xff, 0x0a]), unit: nil),
            at: 0, count: 1)

        #expect(odd.record(for: 0).by?.command == "a\\xff\\x0a")
    }

    @Test("have news once when one begins, and none when one is counted")
    func news() {
        var incidents = Incidents()
        var news = [incidents.takeNews()]
        for _ in 0..<2 {
            _ = incidents.note(incident())
            news += [incidents.takeNews(), incidents.takeNews()]
        }

        #expect(news == [false, true, false, false, false])
    }
}

@Suite("incidents without room") struct IncidentLimitsTests {
    private func uids(_ incidents: Incidents) -> [UInt32: Int] {
        var (found, next) = ([UInt32: Int](), 0)
        while let one = incidents.first(from: next) {
            found[one.incident.culprit.uid, default: 0] += 1
            next = one.number + 1
        }
        return found
    }

    @Test("of one user push out his own only, and are not logged without end")
    func crowd() {
        var incidents = Incidents()
        _ = incidents.note(incident(uid: 0))
        _ = incidents.note(incident(uid: 2000))
        let logged = (1...2000).filter { incidents.note(incident(port: UInt16($0), at: $0)) }

        #expect(logged == Array(1...IncidentLimits.perUserMax))
        #expect(uids(incidents) == [0: 1, 2000: 1, 1000: IncidentLimits.perUserMax])
        let isNamed = incidents.note(incident(uid: 3000))
        #expect(isNamed, "another one is named at once")
    }

    @Test("let the one go that was longest ago")
    func oldest() {
        var incidents = Incidents()
        for port in 1...IncidentLimits.countMax {
            _ = incidents.note(incident(port: UInt16(port), uid: 0, at: port))
        }
        let logged = [
            (1, 1_000), (9_999, 1_001), (1, 1_002), (2, hour + 3),
        ].map { port, at in incidents.note(incident(port: port, uid: 0, at: at)) }

        // 1 is known still, and so is 9,999; 2 was let go for it, and 3 for 2, an hour later.
        #expect(logged == [false, false, false, true])
        #expect(uids(incidents) == [0: IncidentLimits.countMax])
    }

    @Test("are logged again when what they push out is an hour old")
    func quiet() {
        var incidents = Incidents()
        for port in 1...IncidentLimits.perUserMax {
            _ = incidents.note(incident(port: UInt16(port)))
        }

        let logged = [hour - 1, hour].map { at in
            incidents.note(incident(port: UInt16(9_000 + at % 2), at: at))
        }

        #expect(logged == [false, true])
    }
}
