/// Cgroups, and processes in them, for the real guard in a network of the test's own.

import CRig
import Foundation
import LinuxIO
import Signs
import Testing
import Text

@testable import Guard

/// Whether a guard can be loaded here at all.
let canGuard: Bool = {
    guard geteuid() == 0, let tree = try? CgroupTree() else { return false }
    return (try? Cgroup(in: tree)) != nil
}()

/// Far more than the kernel needs on a busy machine.
let generousMs = 60_000

/// A cgroup with a name of its own, removed with its owner.
final class Cgroup {
    let directory: String
    let level: Int
    /// Kept as long as this one, so that it is removed later.
    private let parent: Cgroup?

    /// Below the root of cgroup2.
    convenience init(in tree: CgroupTree) throws {
        try self.init(
            tree.directory.description + "/portreserve-test-\(UUID().uuidString)", level: 1,
            parent: nil)
    }

    /// Below another one.
    convenience init(_ name: String, below parent: Cgroup) throws {
        try self.init(parent.directory + "/" + name, level: parent.level + 1, parent: parent)
    }

    private init(_ directory: String, level: Int, parent: Cgroup?) throws {
        self.directory = directory
        self.level = level
        self.parent = parent
        guard unsafe mkdir(directory, 0o755) == 0 else { throw Errno(errno) }
    }

    var id: UInt64 {
        var status = stat()
        return unsafe stat(directory, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    var place: GuardPlace { GuardPlace(id: id, level: level) }
    var openPlace: GuardPlace { GuardPlace(id: id, level: level, isOpen: true) }

    /// Moves a process in.
    func take(_ pid: Int32) throws { try move(pid, to: directory) }

    deinit {
        // Who was in it has ended, and yet may be about to leave for a moment.
        let deadline = monotonicMilliseconds() + generousMs
        while unsafe rmdir(directory) != 0, errno == EBUSY, monotonicMilliseconds() < deadline {
            sched_yield()
        }
    }
}

/// A guard of a network of this process's own, and a family of cgroups.
///
/// For exit tests, whose process ends with it.
struct Rig: ~Copyable {
    var `guard`: Guard
    let root: Descriptor
    let parent: Cgroup
    let x: Cgroup
    let child: Cgroup
    let sibling: Cgroup

    init() throws {
        let refused = rig_own_network()
        guard refused == 0 else { throw Errno(-refused) }
        let tree = try #require(try CgroupTree())
        let parent = try Cgroup(in: tree)
        let root = try open(Path(tree.directory), .directory)
        let (x, sibling) = (
            try Cgroup("x", below: parent), try Cgroup("sibling", below: parent)
        )
        let child = try Cgroup("child", below: x)
        let loaded = try loadedGuard(at: root)
        (self.parent, self.x, self.sibling, self.child) = (parent, x, sibling, child)
        self.root = root
        `guard` = loaded
    }

    /// A rule of its own for a port, with places.
    mutating func keep(
        _ transport: Transport = .udp, _ port: UInt16 = 631, for addresses: [InternetAddress] = [],
        _ places: GuardPlace..., generation: Int = 0
    ) throws -> RuleNumber {
        let rule = try #require(
            try self.guard.rules.make(for: addresses, generation: generation))
        for place in places {
            let hasRoom = self.guard.rules.add(place, to: rule)
            #expect(hasRoom)
        }
        try self.guard.rules.assign([GuardedPorts(transport, port...port)], to: rule)
        return rule
    }

    /// Everybody's place: the root of all.
    func rootPlace() throws -> GuardPlace {
        let tree = try #require(try CgroupTree())
        return GuardPlace(id: try #require(try tree.id(of: "/")), level: 0)
    }

    /// Moves this process to where it can stay.
    func leaveCgroups() throws {
        let tree = try #require(try CgroupTree())
        try move(getpid(), to: tree.directory.description)
    }

    /// All that was told since the last time.
    mutating func events() throws -> [GuardEvent] { try self.guard.readEvents(most: 10_000) }
}

private func loadedGuard(at root: borrowing Descriptor) throws -> Guard {
    do throws(GuardFailure) {
        return try Guard.load(at: root)
    } catch {
        throw Trouble("\(error.step): \(error.errno.text.description) \(error.verifier)")
    }
}

struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Where somebody binds.
struct Endpoint: Equatable, Sendable, CustomTestStringConvertible {
    var address = "0.0.0.0"
    var port: UInt16 = 631
    var isUDP = true
    var isOnlyIPv6 = false
    var sharesPort = false

    var testDescription: String {
        "[\(address)]:\(port)/\(isUDP ? "udp" : "tcp")\(isOnlyIPv6 ? " v6only" : "")"
    }

    /// Gives it in the form of the rig, as long as `use` runs.
    @unsafe func with<Answer>(_ use: (rig_endpoint) -> Answer) -> Answer {
        unsafe address.withCString { address in
            unsafe use(
                rig_endpoint(
                    address: address, port: port, udp: isUDP, v6only: isOnlyIPv6,
                    reuse_address: sharesPort, reuse_port: false))
        }
    }

    /// A socket of this process there.
    func socket() throws -> Descriptor {
        let number = unsafe with { unsafe rig_bind($0) }
        guard number >= 0 else { throw Errno(-number) }
        return Descriptor(owning: number)
    }
}

/// A process that binds.
struct Binder {
    /// Where it goes; nil: it stays where the test is.
    var cgroup: Cgroup?
    var isElsewhere = false
    var user: UInt32 = 0

    /// What its bind is refused with, nil where it is not; and its pid.
    func bind(_ there: Endpoint = Endpoint()) -> (refusal: Errno?, pid: Int32) {
        var pid: Int32 = 0
        let answer = unsafe there.with { there in
            unsafe with { who in unsafe rig_bind_as(who, there, &pid) }
        }
        return (answer == 0 ? nil : Errno(-answer), pid)
    }

    /// Gives it in the form of the rig, as long as `use` runs.
    @unsafe func with<Answer>(_ use: (rig_binder) -> Answer) -> Answer {
        guard let cgroup else {
            return unsafe use(rig_binder(cgroup: nil, elsewhere: isElsewhere, user: user))
        }
        return unsafe cgroup.directory.withCString { directory in
            unsafe use(rig_binder(cgroup: directory, elsewhere: isElsewhere, user: user))
        }
    }
}

/// Binds once from a cgroup.
func bind(from cgroup: Cgroup?, _ there: Endpoint = Endpoint()) -> Errno? {
    Binder(cgroup: cgroup).bind(there).refusal
}

private func move(_ pid: Int32, to directory: String) throws {
    try "\(pid)".write(toFile: directory + "/cgroup.procs", atomically: false, encoding: .utf8)
}

/// Takes the ownership, and ends it.
func drop<Value: ~Copyable>(_ value: consuming Value) {}
