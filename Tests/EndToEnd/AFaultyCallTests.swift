/// Every system call of the daemon fails with each errno that its man page lists, one at a time,
/// from its first such call to its last: never a crash, never a port that is lost in silence.
/// Debian package: strace.

import Glibc
import Testing

/// A kind of system call, and how it may fail.
struct FaultyCall: Sendable, CustomTestStringConvertible {
    let name: String
    let errors: [String]

    var testDescription: String { name }

    init(_ name: String, _ errors: String) {
        self.name = name
        self.errors = errors.split(separator: " ").map(String.init)
    }

    /// What a man page lists for bad arguments (EINVAL, EFAULT, EBADF, ENOTSOCK) is left out: it
    /// cannot come.
    static let all = [
        FaultyCall("openat", "EACCES EIO EMFILE ENFILE ENOENT ENOMEM ELOOP EINTR EPERM ENODEV"),
        FaultyCall("open", "EACCES EIO EMFILE ENFILE ENOENT ENOMEM EINTR"),
        FaultyCall("getdents64", "EIO ENOENT"),
        FaultyCall("read", "EIO EINTR EISDIR EAGAIN"),
        FaultyCall("pread64", "EIO EINTR"),
        FaultyCall("fstat", "EIO ENOMEM EOVERFLOW"),
        FaultyCall("newfstatat", "EIO ENOMEM EACCES ENOENT"),
        FaultyCall("statx", "EIO ENOMEM EACCES ENOENT"),
        FaultyCall("lseek", "ESPIPE EOVERFLOW"),
        // Not EAFNOSUPPORT: one socket alone never gets it, and without IPv6 half a hold is all.
        FaultyCall("socket", "EACCES EMFILE ENFILE ENOBUFS ENOMEM EPROTONOSUPPORT"),
        FaultyCall("setsockopt", "ENOMEM ENOBUFS ENOPROTOOPT EPERM"),
        FaultyCall("bind", "EACCES EADDRINUSE EADDRNOTAVAIL ENOMEM EROFS ENOSPC"),
        FaultyCall("listen", "EADDRINUSE EOPNOTSUPP"),
        FaultyCall(
            "accept4", "EAGAIN ECONNABORTED EINTR EMFILE ENFILE ENOBUFS ENOMEM EPERM EPROTO"),
        FaultyCall("getsockopt", "ENOPROTOOPT ENOBUFS ENOMEM"),
        FaultyCall("epoll_create1", "EMFILE ENFILE ENOMEM"),
        FaultyCall("epoll_ctl", "ENOMEM ENOSPC EPERM"),
        FaultyCall("epoll_wait", "EINTR"),
        FaultyCall("epoll_pwait", "EINTR"),
        FaultyCall("poll", "EINTR ENOMEM"),
        FaultyCall("signalfd4", "EMFILE ENFILE ENODEV ENOMEM"),
        FaultyCall("timerfd_create", "EMFILE ENFILE ENODEV ENOMEM"),
        FaultyCall("timerfd_settime", "ENOMEM"),
        FaultyCall("inotify_init1", "EMFILE ENFILE ENOMEM"),
        FaultyCall("inotify_add_watch", "EACCES ENOENT ENOMEM ENOSPC"),
        FaultyCall("fcntl", "EAGAIN EACCES EINTR ENOLCK EDEADLK EMFILE"),
        FaultyCall("mkdir", "EACCES EEXIST ENOMEM ENOSPC EROFS EDQUOT"),
        FaultyCall("mkdirat", "EACCES EEXIST ENOMEM ENOSPC EROFS EDQUOT"),
        FaultyCall("unlinkat", "EACCES EBUSY EIO ENOENT EROFS ENOMEM"),
        FaultyCall("rename", "EACCES EIO ENOSPC EROFS"),
        FaultyCall("chmod", "EACCES EIO EPERM EROFS ENOENT"),
        FaultyCall("fchmod", "EIO EPERM EROFS"),
        FaultyCall("fchmodat", "EIO EPERM EROFS"),
        FaultyCall("ftruncate", "EFBIG EINTR EIO EPERM EROFS"),
        FaultyCall("write", "EAGAIN EDQUOT EINTR EIO ENOSPC EPIPE"),
        FaultyCall("writev", "EAGAIN EDQUOT EINTR EIO ENOSPC EPIPE"),
        FaultyCall("pwrite64", "EDQUOT EINTR EIO ENOSPC"),
        FaultyCall("clone", "EAGAIN ENOMEM"),
        FaultyCall("fork", "EAGAIN ENOMEM"),
        FaultyCall("setsid", "EPERM"),
        FaultyCall("chdir", "EACCES EIO ENOENT ENOMEM"),
        FaultyCall("getcwd", "EACCES ENOENT ENOMEM"),
        FaultyCall("pipe2", "EMFILE ENFILE"),
        FaultyCall("dup2", "EBUSY EINTR EMFILE"),
        FaultyCall("dup3", "EBUSY EINTR EMFILE"),
        FaultyCall("close_range", "EMFILE ENOMEM ENOSYS"),
        FaultyCall("wait4", "EINTR"),
        FaultyCall("prlimit64", "EPERM"),
        FaultyCall("recvmsg", "EAGAIN EINTR ENOMEM ECONNRESET"),
        FaultyCall("recvfrom", "EAGAIN EINTR ENOMEM"),
        FaultyCall("sendto", "EAGAIN ECONNREFUSED ECONNRESET EINTR ENOBUFS ENOMEM EPIPE"),
        FaultyCall("connect", "EACCES EAGAIN ECONNREFUSED ENOENT"),
        FaultyCall("capget", "EPERM"),
        FaultyCall("capset", "EPERM"),
    ]

    /// Made for the guard alone.
    static let ofGuard = [FaultyCall("bpf", "EPERM EINVAL ENOMEM ENOSPC EAGAIN ENOSYS")]

    /// Made only when the ports are held already: from there on no fault may end the daemon.
    static let ofServing: Set<String> = [
        "epoll_wait", "epoll_pwait", "poll", "recvmsg", "recvfrom", "accept4", "getsockopt",
        "timerfd_settime",
    ]

    /// Calls that cannot fail, that only a bug of ours can make fail, or, as close, that have done
    /// their work when they fail, which strace cannot imitate.
    static let safe: Set<String> = [
        "close", "execve", "brk", "mmap", "munmap", "mprotect", "mremap", "madvise", "arch_prctl",
        "rseq",
        "set_tid_address", "set_robust_list", "access", "getrandom", "exit_group", "exit", "umask",
        "getpid", "getuid", "geteuid", "getppid", "gettid", "rt_sigprocmask", "rt_sigaction",
        "rt_sigreturn", "restart_syscall", "clock_gettime", "getsockname", "tgkill", "kill",
    ]
}

@Test("every system call that the daemon makes is among those that these tests fail")
func everyCallIsKnown() throws {
    try Room.run { room in
        for (service, text) in configuration { room.configure(service, text) }
        for options in [["--stay"], ["-f", "--stay"]] {
            let traced = try room.startTraced(nil, options)
            try traced.waitUntilUp()
            try room.run("portrelease", "no such", "imap")
            try traced.end()
            #expect(traced.status == 0, room.story)

            let tried = FaultyCall.all + FaultyCall.ofGuard
            let known = FaultyCall.safe.union(tried.map(\.name))
            let unknown = Set(traced.calls.map { String($0.name) }).subtracting(known + [""])
            #expect(unknown.isEmpty, "\(unknown.sorted())")
        }
    }
}

@Test("no call that fails makes it crash or lose a port in silence", arguments: FaultyCall.all)
func foregroundSurvivesFault(_ call: FaultyCall) throws {
    try Room.run { try $0.failEach(call, withoutGuard(["-f", "--stay"])) }
}

@Test(
    "no call for the guard that fails makes it lose a port or leave a program behind",
    .enabled(if: hasCgroups), arguments: FaultyCall.ofGuard)
func guardSurvivesFault(_ call: FaultyCall) throws {
    try Room.run { try $0.failEach(call, ["-f", "--stay"]) }
}

/// A pipe, which a starter reads, knows no EIO.
private let ofBackground =
    FaultyCall.all.filter { $0.name != "read" } + [FaultyCall("read", "EINTR")]

@Test(
    "no call that fails makes a background start end well with nothing held",
    arguments: ofBackground)
func backgroundSurvivesFault(_ call: FaultyCall) throws {
    try Room.run { try $0.failEach(call, withoutGuard(["--stay"])) }
}

private let configuration = ["cups": "ipp\n", "imap": "993/tcp\n"]
private let ready = "portreserve: holding 3 ports of 2 services"
private let owners: [Endpoint: String] = ["631/tcp": "cups", "631/udp": "cups", "993/tcp": "imap"]

extension Room {
    /// The n-th call fails, n rising until the daemon makes fewer.
    fileprivate func failEach(_ call: FaultyCall, _ options: [String]) throws {
        for (service, text) in configuration { configure(service, text) }
        let loaders = try loaderCount(of: call, options)
        for error in call.errors {
            var count = loaders + 1
            while try survives(Fault(call: call.name, effect: "error=\(error)", at: count), options)
            {
                count += 1
            }
        }
    }

    /// How many such calls the dynamic loader makes before the daemon's own.
    private func loaderCount(of call: FaultyCall, _ options: [String]) throws -> Int {
        let traced = try runTraced(options)
        // It ends by unmapping its cache, before the program's first own call.
        let own = traced.calls.firstIndex { $0.name == "munmap" } ?? 0
        return traced.calls[..<own].count { $0.name == call.name }
    }

    /// Starts, uses and ends a daemon with a fault in it; false when it never came to that call.
    private func survives(_ fault: Fault, _ options: [String]) throws -> Bool {
        let traced = try startTraced(fault, options)
        try traced.waitUntilUp()
        let lost = owners.filter { !isHeld($0.key) }
        let serves = traced.isServing ? try isOfUse(traced, fault, lost) : false
        try traced.end()
        if serves {
            expectNothingIsLostInSilence(lost, traced, fault)
        } else {
            expectPlainEnd(traced, fault)
        }
        #expect(
            !traced.wasKilled && [0, 1].contains(traced.status), "\(fault)\(traced.strace.story)")
        #expect(owners.keys.allSatisfy(isFree), "a port is kept by nobody: \(fault)")
        try killDaemons()
        return traced.wasInjected
    }

    /// Uses both entrances; false when the daemon ends instead, as it may after its line.
    private func isOfUse(
        _ traced: Traced, _ fault: Fault, _ lost: [Endpoint: String]
    ) throws -> Bool {
        // Asks twice where its connection breaks, so that one fault is not seen.
        let asked = try run("portrelease", "-v", "no such")
        let serves = try hasReleased("imap", traced, lost)
        let line = "portrelease: 'no such': no such service\n"
        let isAnswered = asked.status == 0 && asked.errorText == line
        #expect(isAnswered || !serves, "\(fault)\(asked.story)\(traced.strace.story)")
        return serves
    }

    /// Asks for a release; false when the daemon ends instead, as it may after its line.
    private func hasReleased(
        _ service: String, _ traced: Traced, _ lost: [Endpoint: String]
    ) throws -> Bool {
        try? sendOldRelease(service)
        let others = owners.filter { $0.value != service && lost[$0.key] == nil }.map(\.key)
        let own = owners.filter { $0.value == service }.map(\.key)
        let hasDone = Deadline.generous.poll {
            traced.hasGone || own.allSatisfy(isFree) && others.allSatisfy(isHeld)
        }
        guard hasDone else { throw Trouble("no release: \(traced.strace.story)") }
        return !traced.hasGone
    }

    /// Every port is held, or a line names it, its service, or the file that was not read.
    private func expectNothingIsLostInSilence(
        _ lost: [Endpoint: String], _ traced: Traced, _ fault: Fault
    ) {
        let lines = traced.errorLines
        let unsaid = lost.filter { endpoint, service in
            let words = ["\(endpoint)", "'\(service)'", "portreserve/\(service)", "/etc/services"]
            return !lines.contains { line in words.contains { line.contains($0) } }
                && !lines.contains { $0.hasPrefix("/etc/portreserve: ") }
        }
        // A line that cannot be written is not said.
        let isMute = fault.call == "write"
        #expect(unsaid.isEmpty || isMute, "\(unsaid.keys): \(fault)\(traced.strace.story)")
        if fault.effect == "error=EINTR" && !isMute {
            // Who is refused is the test itself, which asks what is held.
            let others = lines.filter { line in
                line != ready && !line.hasPrefix("Released ") && !line.contains(": refused to ")
            }
            #expect(
                lost.isEmpty && others.isEmpty,
                "an interrupted call is made again: \(fault)\(traced.strace.story)")
        }
    }

    /// It has given up, with one line on it; the line on what it held may stand before.
    private func expectPlainEnd(_ traced: Traced, _ fault: Fault) {
        #expect(
            !FaultyCall.ofServing.contains(fault.call), "it ends: \(fault)\(traced.strace.story)")
        let lines = traced.errorLines.filter { $0 != ready }
        let isPlain =
            lines.count == 1
            && (lines[0].contains(", not started") || lines[0].contains("already running"))
        let isMute = fault.call == "write" && lines.isEmpty
        #expect(traced.status == 1 && (isPlain || isMute), "\(fault)\(traced.strace.story)")
    }
}
