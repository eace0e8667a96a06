import Glibc
import LinuxIO
import Testing

@testable import Guard

/// A place and a stranger bind one port all the time, while its rule is written as fast as one
/// processor can.
@Suite("rules that are written", .enabled(if: canGuard, "needs root, and a cgroup2"), .serialized)
struct WritingStormTests {
    @Test("in the three ways refuse no place and let no stranger in")
    func rules() async {
        let told = await #expect(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            var storm = try Storm()
            var rule = try storm.rig.keep(.udp, 631, storm.rig.x.place)
            try storm.begin()
            var rounds = 0
            while storm.goesOn(forMs: storm.isEnough(rounds) ? stormMs : stormMs + generousMs) {
                // A place beside it comes and goes.
                let hasRoom = storm.rig.guard.rules.add(storm.rig.child.place, to: rule)
                storm.rig.guard.rules.clear(storm.rig.child.id, of: rule)
                storm.rig.guard.rules.begin(rounds, of: rule)
                // A fresh rule, one store, and the old number is another service's.
                let (old, fresh) = (rule, try storm.rig.guard.rules.make(generation: rounds))
                rule = try #require(fresh)
                let isIn = storm.rig.guard.rules.add(storm.rig.x.place, to: rule)
                try storm.rig.guard.rules.assign(Storm.port, to: rule)
                storm.rig.guard.rules.retire(old)
                let other = try #require(try storm.rig.guard.rules.make())
                let isOther = storm.rig.guard.rules.add(storm.rig.sibling.place, to: other)
                storm.rig.guard.rules.retire(other)
                #expect(hasRoom && isIn && isOther)
                rounds += 1
            }
            let (hasRun, wrongs, told) = (storm.isEnough(rounds), storm.wrongs, storm.told)
            print("\(rounds) rules were written;", told)
            #expect(hasRun, "\(rounds) rounds; \(told)")
            #expect(wrongs == 0, "\(told)")
        }
        print(String(decoding: told?.standardOutputContent ?? [], as: UTF8.self))
    }

    @Test("are found out where a place is moved from one word to another")
    func movedPlace() async {
        await #expect(processExitsWith: .success) {
            var storm = try Storm()
            // Between them are two more, which take time to look at.
            let (one, two) = (GuardPlace(id: 1, level: 1), GuardPlace(id: 2, level: 1))
            let rule = try storm.rig.keep(.udp, 631, GuardPlace(id: 3, level: 1), one, two)
            storm.rig.guard.rules.clear(3, of: rule)
            let start = Int(rule.number) * Layout.ruleBytes
            let (first, last) = (start, start + 24)
            let place = storm.rig.x.place.word
            storm.rig.guard.rules.memory.store(place, at: last)
            try storm.begin()
            while storm.goesOn(forMs: generousMs), storm.wrongs == 0 {
                storm.rig.guard.rules.memory.store(place, at: first)
                storm.rig.guard.rules.memory.store(0, at: last)
                storm.rig.guard.rules.memory.store(place, at: last)
                storm.rig.guard.rules.memory.store(0, at: first)
            }
            let wrongs = storm.wrongs
            #expect(wrongs > 0)
        }
    }

    @Test("are found out where a number is another service's at once")
    func numberAtOnce() async {
        await #expect(processExitsWith: .success) {
            var storm = try Storm()
            let (x, other) = (storm.rig.x.place.word, storm.rig.sibling.place.word)
            let rules = [try storm.rig.keep(), try storm.rig.keep(.udp, 631, storm.rig.x.place)]
            let entry = Layout.table + 2 * (65_536 + 631)
            let pageBytes = Descriptor.Map.Memory.pageBytes
            let table = try Descriptor.Map.Memory(
                storm.rig.guard.rules.map, from: entry / pageBytes * pageBytes, bytes: pageBytes)
            try storm.begin()
            var now = 0
            while storm.goesOn(forMs: generousMs), storm.wrongs == 0 {
                let (fresh, old) = (rules[now], rules[1 - now])
                storm.rig.guard.rules.memory.store(x, at: Int(fresh.number) * Layout.ruleBytes)
                table.fill(fresh.number, at: entry % pageBytes, count: 1)
                storm.rig.guard.rules.memory.store(other, at: Int(old.number) * Layout.ruleBytes)
                now = 1 - now
            }
            let wrongs = storm.wrongs
            #expect(wrongs > 0)
        }
    }

    @Test("are found out where addresses change in a rule that stands")
    func changedAddress() async {
        await #expect(processExitsWith: .success) {
            // Neither of the two that the rule is for in turn; a half of each.
            var storm = try Storm(at: "2001:db8:1::2")
            let rule = try storm.rig.keep(
                .udp, 631, for: [.ipv6(high: 0x2001_0db8_0001_0000, low: 1)])
            let high = Int(rule.number) * Layout.ruleBytes + Int(RuleOffset.address(3))
            try storm.begin()
            while storm.goesOn(forMs: generousMs), storm.refused == 0 {
                for (network, host) in [(1, 1), (2, 2)] as [(UInt64, UInt64)] {
                    let word = (0x2001_0db8_0000_0000 | network << 16) as UInt64
                    storm.rig.guard.rules.memory.store(host.bigEndian, at: high + 8)
                    storm.rig.guard.rules.memory.store(word.bigEndian, at: high)
                }
            }
            let refused = storm.refused
            #expect(refused > 0)
        }
    }
}

/// `make soak` has it go on for a minute.
private let stormMs: Int = {
    guard let text = unsafe getenv("PORTRESERVE_STORM_SECONDS") else { return 3_000 }
    return (Int(unsafe String(cString: text)) ?? 3) * 1_000
}()

/// Who binds meanwhile.
private struct Storm: ~Copyable {
    static var port: [GuardedPorts] { [GuardedPorts(.udp, 631...631)] }

    // First, since they have to leave the rig's cgroups before those are removed.
    private var place: BindLoop?
    private var stranger: BindLoop?
    var rig: Rig
    private let there: Endpoint
    private var beganMs = 0

    init(at address: String = "0.0.0.0") throws {
        rig = try Rig()
        // They share the port, so that only the guard refuses.
        there = Endpoint(address: address, sharesPort: true)
    }

    mutating func begin() throws {
        place = try BindLoop(Binder(cgroup: rig.x), there)
        stranger = try BindLoop(Binder(cgroup: rig.sibling), there)
        beganMs = monotonicMilliseconds()
    }

    func goesOn(forMs spanMs: Int) -> Bool { monotonicMilliseconds() < beganMs + spanMs }

    /// How often the place was refused.
    var refused: Int { place?.refused ?? 0 }
    /// How often somebody got what he should not.
    var wrongs: Int { refused + (stranger?.bound ?? 0) }
    /// Whether all three have done so much that the storm was one.
    func isEnough(_ rounds: Int) -> Bool {
        guard let place, let stranger else { return false }
        let isOff = place.isOff || stranger.isOff
        return rounds > 3_000 && place.bound > 10_000 && stranger.refused > 10_000 && !isOff
    }
    var told: String {
        "the place bound \(place?.bound ?? 0) and was refused \(refused), the stranger was refused"
            + " \(stranger?.refused ?? 0) and got in \(stranger?.bound ?? 0)"
    }
}
