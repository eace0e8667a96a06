internal import CLinux
public import Text

extension Descriptor {
    /// Where the kernel asks a program of a cgroup.
    public enum Hook: CaseIterable, Writable, Sendable {
        case bindIPv4
        case bindIPv6
        case boundIPv4
        case boundIPv6
        /// A socket that no process has any more.
        case socketRelease

        /// The kernel's name for it.
        public var text: Text {
            switch self {
            case .bindIPv4: "inet4_bind"
            case .bindIPv6: "inet6_bind"
            case .boundIPv4: "inet4_post_bind"
            case .boundIPv6: "inet6_post_bind"
            case .socketRelease: "inet_sock_release"
            }
        }

        fileprivate var attachType: bpf_attach_type {
            switch self {
            case .bindIPv4: BPF_CGROUP_INET4_BIND
            case .bindIPv6: BPF_CGROUP_INET6_BIND
            case .boundIPv4: BPF_CGROUP_INET4_POST_BIND
            case .boundIPv6: BPF_CGROUP_INET6_POST_BIND
            case .socketRelease: BPF_CGROUP_INET_SOCK_RELEASE
            }
        }

        fileprivate var programType: bpf_prog_type {
            switch self {
            case .bindIPv4, .bindIPv6: BPF_PROG_TYPE_CGROUP_SOCK_ADDR
            case .boundIPv4, .boundIPv6, .socketRelease: BPF_PROG_TYPE_CGROUP_SOCK
            }
        }
    }

    /// Why the kernel does not take a program.
    public struct ProgramRefusal: Error {
        /// The kernel's reason.
        public let errno: Errno
        /// The end of what its verifier says, many lines; empty where it was not asked.
        public let verifier: Text
    }
}

extension Descriptor {
    /// Gives a program to the kernel, as the words of its machine.
    public static func program(
        _ words: [UInt64], for hook: Hook
    ) throws(ProgramRefusal) -> Descriptor {
        var log: [UInt8] = []
        do throws(Errno) {
            return try load(words, for: hook, log: &log)
        } catch {
            // Asked again with room for its words, which costs time and memory.
            log = [UInt8](repeating: 0, count: logBytes)
            do throws(Errno) {
                return try load(words, for: hook, log: &log)
            } catch {
                let said = log.prefix { $0 != 0 }
                throw ProgramRefusal(errno: error, verifier: Text(said.suffix(logBytesKept)))
            }
        }
    }

    private static func load(
        _ words: [UInt64], for hook: Hook, log: inout [UInt8]
    ) throws(Errno) -> Descriptor {
        var request = bpf_attr()
        request.prog_type = hook.programType.rawValue
        request.expected_attach_type = hook.attachType.rawValue
        request.insn_cnt = UInt32(words.count)
        unsafe withUnsafeMutableBytes(of: &request.prog_name) { name in
            programName.withUTF8Buffer { unsafe name.copyBytes(from: $0) }
        }
        request.license = unsafe address(licence.utf8Start)
        var room = log.mutableSpan
        let number = try unsafe words.span.withUnsafeBytes { words throws(Errno) in
            try unsafe room.withUnsafeMutableBytes { log throws(Errno) in
                unsafe request.insns = address(words.baseAddress)
                if log.count > 0 {
                    unsafe request.log_buf = address(UnsafeRawPointer(log.baseAddress))
                    (request.log_size, request.log_level) = (UInt32(log.count), 1)
                }
                return try ask(BPF_PROG_LOAD, &request)
            }
        }
        return Descriptor(owning: number)
    }

    /// Has this program asked in the cgroup of `directory` and below, as long as the answer is open.
    ///
    /// A link goes with its last descriptor, also where this process is killed. Throws EBADF where
    /// it is no cgroup2's directory.
    public borrowing func attach(
        to directory: borrowing Descriptor, _ hook: Hook
    ) throws(Errno) -> Descriptor {
        var request = bpf_attr()
        unsafe request.link_create.prog_fd = UInt32(number)
        unsafe request.link_create.target_fd = UInt32(directory.number)
        unsafe request.link_create.attach_type = hook.attachType.rawValue
        return Descriptor(owning: try ask(BPF_LINK_CREATE, mayBeBad: true, &request))
    }
}

private let programName: StaticString = "portreserve"
/// Some helpers are for programs with such a licence alone.
private let licence: StaticString = "Dual MIT/GPL"
private let logBytes = 262_144
private let logBytesKept = 4_096
