import CRig
import Control
import Glibc
import Reservations
import Seeded
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

private let list = "/proc/sys/net/ipv4/ip_local_reserved_ports"
private let span = "/proc/sys/net/ipv4/ip_local_port_range"

/// The kernel's list and the file of a network and a /run of the test's own.
private struct Rig {
    let places = Places(
        runtimeDirectory: "/run", pidFile: "/run/pid", configurationDirectories: [], services: "/")

    init() throws {
        try enterRoom()
        try write("40000 50000", to: span)
    }

    var listed: String { read(list) ?? "" }
    /// What the file names, nil where there is none.
    var file: String? { read("/run/reserved-ports") }

    /// What others do to the list.
    func replaceList(by text: String) throws { try write(text + "\n", to: list) }

    func read(_ path: String) -> String? {
        let bytes = try? open(Path(Text(Array(path.utf8))), .read).readOnce(most: 262_144)
        return bytes.map { String(decoding: $0, as: UTF8.self).filter { $0 != "\n" } }
    }

    func write(_ text: String, to path: String) throws {
        try open(Path(Text(Array(path.utf8))), .readWrite).write(Array(text.utf8), at: 0)
    }

    /// Has the kernel refuse every change of its list, or not any more.
    func freezeList(_ isFrozen: Bool) {
        let flags = MS_REMOUNT | MS_BIND | (isFrozen ? MS_RDONLY : 0)
        #expect(unsafe mount(nil, "/proc", nil, UInt(flags), nil) == 0)
    }
}

private func ports(_ text: String) throws -> PortRanges {
    try #require(PortRanges(Array(text.utf8)[...]))
}

/// Each in a process and a network of its own, which has a list of its own.
@Suite("reserved ports", .enabled(if: isRoot, "needs root for a network of its own"))
struct ReservedPortsTests {
    @Test("are those that the kernel would give away, and those others have are never ours")
    func keep() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            try rig.replaceList(by: "80,40005")
            var reserved = ReservedPorts(rig.places)

            try reserved.keep(try ports("631,39999-40007,50000-50001"))
            #expect(rig.listed == "80,40000-40007,50000")
            #expect(rig.file == "40000-40004,40006-40007,50000")

            try reserved.giveBack()
            #expect(rig.listed == "80,40005")
            #expect(rig.file == nil)
        }
    }

    @Test("that are wanted no more are given back, and what stays is not touched")
    func change() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            var reserved = ReservedPorts(rig.places)
            try reserved.keep(try ports("40000-40009"))
            try reserved.keep(try ports("40005-40012"))

            #expect(rig.listed == "40005-40012")
            #expect(rig.file == "40005-40012")
            try reserved.keep(.none)
            #expect(rig.listed.isEmpty && rig.file == nil)
        }
    }

    @Test("that a killed daemon left are the next one's, and given back when not wanted")
    func takenOver() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            try rig.replaceList(by: "80")
            var killed = ReservedPorts(rig.places)
            try killed.keep(try ports("40000-40009"))

            var next = ReservedPorts(rig.places)
            try next.keep(try ports("40009-40010"))
            #expect(rig.listed == "80,40009-40010")
            #expect(rig.file == "40009-40010")
            var last = ReservedPorts(rig.places)
            try last.giveBack()
            #expect(rig.listed == "80" && rig.file == nil)
        }
    }

    @Test("that were taken out are there again after a look, and the others' list is theirs")
    func replaced() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            var reserved = ReservedPorts(rig.places)
            try reserved.keep(try ports("40000-40009"))
            try rig.replaceList(by: "90,40003")

            try reserved.keep(try ports("40000-40009"))
            #expect(rig.listed == "90,40000-40009")
            #expect(rig.file == "40000-40002,40004-40009")
            try rig.replaceList(by: "91,40004")
            try reserved.giveBack()
            #expect(rig.listed == "91,40004" && rig.file == nil)
        }
    }

    @Test("follow the span of ports that the kernel gives away")
    func spanMoves() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            var reserved = ReservedPorts(rig.places)
            try reserved.keep(try ports("40000-40009,50005"))
            try rig.write("40005 50010", to: span)

            try reserved.keep(try ports("40000-40009,50005"))
            #expect(rig.listed == "40005-40009,50005")
        }
    }

    @Test("stand in the file before they stand in the list, and stay there until they are out")
    func fileFirst() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            var reserved = ReservedPorts(rig.places)
            rig.freezeList(true)
            #expect(throws: Errno.self) { try reserved.keep(try ports("40000-40009")) }
            #expect(rig.listed.isEmpty && rig.file == "40000-40009")

            rig.freezeList(false)
            try reserved.keep(try ports("40000-40009"))
            #expect(rig.listed == "40000-40009")
            rig.freezeList(true)
            #expect(throws: Errno.self) { try reserved.giveBack() }
            #expect(rig.listed == "40000-40009" && rig.file == "40000-40009")
            rig.freezeList(false)
            try reserved.giveBack()
            #expect(rig.listed.isEmpty && rig.file == nil)
        }
    }

    @Test("may be as many as there are, and those of others as many")
    func many() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            try rig.write("1024 65535", to: span)
            var others = ReservedPorts(rig.places)
            let (odd, even) = (everyFourth(from: 1_025), everyFourth(from: 1_027))
            try others.keep(odd)
            let before = rig.listed
            try removeFile(Path(rig.places.reservedPorts))

            var reserved = ReservedPorts(rig.places)
            try reserved.keep(even)
            #expect(PortRanges(Array(rig.listed.utf8)[...]) == odd.union(even))
            try reserved.giveBack()
            #expect(rig.listed == before && before.utf8.count > 80_000)
        }
    }

    @Test("whatever happens, the list is that of others and of us, and theirs alone at the end")
    func walk() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            for seed in UInt64(0)..<40 {
                var walk = Walk(rig: rig, seed: seed)
                for step in 0..<40 { try walk.step("seed \(seed), step \(step)") }
                try walk.end("seed \(seed)")
            }
        }
    }
}

private func everyFourth(from first: UInt16) -> PortRanges {
    PortRanges(
        (0..<15_000).map { (number: UInt16) -> ClosedRange<UInt16> in
            let port: UInt16 = first + 4 * number
            return port...port
        })
}

/// Ours among 40,000 to 40,059, of which a third may be others'; theirs below too.
private struct Walk {
    let rig: Rig
    private var random: Seeded
    private var reserved: ReservedPorts
    private var wanted = PortRanges.none
    private var others = PortRanges.none

    init(rig: Rig, seed: UInt64) {
        self.rig = rig
        random = Seeded(state: seed)
        reserved = ReservedPorts(rig.places)
    }

    private mutating func some(_ ports: ClosedRange<UInt16>) -> PortRanges {
        PortRanges(ports.filter { _ in Bool.random(using: &random) }.map { $0...$0 })
    }

    mutating func step(_ place: Comment) throws {
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
            wanted = some(40_020...40_059).union(some(30_000...30_009))
            try reserved.keep(wanted)
        case 2:
            others = some(40_000...40_019).union(some(100...109))
            try rig.replaceList(by: others.pieces(most: 4_000)[0].description)
            try reserved.keep(wanted)
        case 3:
            reserved = ReservedPorts(rig.places)  // Killed, and started again.
            try reserved.keep(wanted)
        case _: try reserved.keep(wanted)
        }
        let ours = wanted.intersection(PortRanges([40_000...50_000]))
        let file = rig.file.flatMap { PortRanges(Array($0.utf8)[...]) } ?? .none
        #expect(PortRanges(Array(rig.listed.utf8)[...]) == others.union(ours), place)
        #expect(file == ours, place)
    }

    mutating func end(_ place: Comment) throws {
        try reserved.giveBack()
        #expect(PortRanges(Array(rig.listed.utf8)[...]) == others, place)
        try rig.replaceList(by: "")
    }
}
