import CRig
import Glibc
import LinuxIO
import Signs
import Testing
import Text

@testable import Guard

@Suite("the guard's programs", .enabled(if: canGuard, "needs root, and a cgroup2"))
struct LoadTests {
    @Test("are gone with their owner, all of them")
    func gone() async {
        await #expect(processExitsWith: .success) {
            let rig = try Rig()
            let programs = rig.guard.links.map { rig_program_of($0.descriptor.number) }
            try rig.guard.rules.assign([GuardedPorts(.udp, 631...631)], to: rig.guard.rules.nobody)
            #expect(programs.count == 5)
            #expect(programs.allSatisfy { $0 > 0 && rig_has_program($0) })
            #expect(bind(from: nil) == .addressInUse)

            drop(rig)
            #expect(bind(from: nil) == nil)
            let deadline = monotonicMilliseconds() + generousMs
            while programs.contains(where: { rig_has_program($0) }),
                monotonicMilliseconds() < deadline
            { sched_yield() }
            #expect(!programs.contains { rig_has_program($0) })
        }
    }

    @Test("go without names of programs where the kernel wants CAP_PERFMON for them")
    func withoutPerfmon() async {
        await #expect(processExitsWith: .success) {
            // CAP_SYS_ADMIN is needed for the network; CAP_NET_ADMIN and CAP_BPF stay.
            let refused = rig_own_network()
            #expect(refused == 0)
            let tree = try #require(try CgroupTree())
            let root = try open(Path(tree.directory), .directory)
            #expect(rig_keep_capabilities(1 << 12 | 1 << 39) == 0)
            var `guard` = try Guard.load(at: root)
            try `guard`.rules.assign([GuardedPorts(.udp, 6310...6310)], to: `guard`.rules.nobody)
            #expect(bind(from: nil, Endpoint(port: 6310)) == .addressInUse)
            let event = try #require(try `guard`.readEvents(most: 10).first)
            #expect(event.command.isEmpty != `guard`.namesCommands)
        }
    }

    @Test("are not to be had without capabilities, and the step and the reason are told")
    func refused() async {
        await #expect(processExitsWith: .success) {
            let tree = try #require(try CgroupTree())
            let root = try open(Path(tree.directory), .directory)
            #expect(rig_own_network() == 0)
            // CAP_BPF alone makes maps.
            #expect(rig_keep_capabilities(1 << 39) == 0)
            let withoutNetwork = failure(at: root)
            #expect(withoutNetwork?.step == .program(.socketRelease))
            #expect(withoutNetwork?.errno == .notPermitted)
            #expect(rig_keep_capabilities(0) == 0)
            #expect(failure(at: root)?.step == .maps)
            #expect(failure(at: root)?.errno == .notPermitted)
        }
    }

    @Test("are not attached where no cgroup is")
    func noCgroup() async {
        await #expect(processExitsWith: .success) {
            #expect(rig_own_network() == 0)
            let directory = try open("/", .directory)
            #expect(failure(at: directory)?.step == .attachment(.socketRelease))
        }
    }

    @Test("that are refused after others leave none of those, and are told with the reason")
    func half() async {
        await #expect(processExitsWith: .success) {
            #expect(rig_own_network() == 0)
            let cgroup = try Cgroup(in: try #require(try CgroupTree()))
            let directory = try open(
                Path(Text(Array(cgroup.directory.utf8))), .directory)
            let attachedOnes = try Guard.load(at: directory)
            #expect(rig_programs_in(directory.number) == 5)
            drop(attachedOnes)
            #expect(rig_programs_in(directory.number) == 0)

            // The last two programs alone tell of refusals, and no program does so in a hash.
            let rules = try Rules(network: Descriptor.networkCookie())
            let life = try Descriptor.Map.Reader(bytes: 4096)
            let bound = try Descriptor.map(.hash(keyWords: 1, valueWords: 2, count: 1))
            let maps = Maps(
                memory: rules.map.number, life: life.ring.number, refusals: bound.number,
                bound: bound.number, culprits: bound.number)
            let refusal = failure { () throws(GuardFailure) in
                _ = try attached(to: directory, maps, namesCommands: true)
            }

            #expect(refusal?.step == .program(.bindIPv4))
            #expect(refusal?.errno == .invalidArgument)
            #expect(refusal?.verifier.description.contains("cannot pass map_type") == true)
            #expect(rig_programs_in(directory.number) == 0)
        }
    }

    @Test("are told with the verifier's words where the kernel lacks what they call")
    func lacking() throws {
        var program = Program()
        // Linux: bpf_sk_cgroup_id is for no program of a bind, as set_retval was before 6.1.
        program += [.reckon(.move, .r1, .number(-98)), .call(.setReturnValue), .exit]
        let words = program.words.map { $0 == 0xbb_0000_0085 ? 0x80_0000_0085 : $0 }
        #expect(words != program.words)
        for hook in [Descriptor.Hook.bindIPv4, .bindIPv6] {
            #expect {
                drop(try Descriptor.program(words, for: hook))
            } throws: { error in
                guard let refusal = error as? Descriptor.ProgramRefusal else { return false }
                return refusal.errno == .invalidArgument
                    && refusal.verifier.description.contains("bpf_sk_cgroup_id")
            }
        }
    }

    @Test("that the verifier refuses are told with its words")
    func verifier() {
        // It leaves without a verdict in r0.
        #expect {
            drop(try Descriptor.program([0x95], for: .bindIPv4))
        } throws: { error in
            guard let refusal = error as? Descriptor.ProgramRefusal else { return false }
            return refusal.errno == .accessDenied
                && refusal.verifier.description.contains("R0 !read_ok")
        }
    }
}

private func failure(at directory: borrowing Descriptor) -> GuardFailure? {
    failure { () throws(GuardFailure) in drop(try Guard.load(at: directory)) }
}

private func failure(_ call: () throws(GuardFailure) -> Void) -> GuardFailure? {
    do throws(GuardFailure) {
        try call()
        return nil
    } catch {
        return error
    }
}
