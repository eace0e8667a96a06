/// The daemon under strace, which kills it, or fails a call of it, at one chosen system call.
///
///     let fault = Fault(call: "bind", effect: "error=EACCES", at: 3)
///     let traced = try room.startTraced(fault, "-f")
///     try traced.waitUntilUp()
///     try traced.end()
///     #expect(traced.status == 0 && traced.wasInjected, room.story)
///
/// Debian package: strace.

import Glibc

/// The `count`-th call of its kind in each process does not do what it should.
struct Fault: CustomStringConvertible {
    let call: String
    /// strace's word: `error=EIO`, `signal=SIGKILL`.
    let effect: String
    let count: Int

    init(call: String, effect: String, at count: Int) {
        (self.call, self.effect, self.count) = (call, effect, count)
    }

    var description: String { "\(call):\(effect):when=\(count)" }
}

/// A daemon, its strace, and what both have told.
struct Traced {
    let room: Room
    let strace: Program
    let isBackground: Bool

    /// How the process that was started has ended: the daemon with -f, else its starter.
    ///
    /// strace ends as it did, by the same signal.
    var status: Int32? { strace.status }

    var calls: [TracedCall] {
        (room.read(tracePath) ?? "").split(separator: "\n").compactMap(TracedCall.init)
    }

    /// Whether all of it has ended.
    var hasGone: Bool { strace.hasEnded }

    var wasInjected: Bool { calls.contains { $0.text.hasSuffix("(INJECTED)") } }
    var wasKilled: Bool { calls.contains { $0.text.hasPrefix("+++ killed by ") } }
    var errorLines: [String] { strace.errorLines }

    /// Whether it has tried every port; seen even where the line that says so was not written.
    var isReady: Bool { calls.contains { $0.name == "write" && Daemon.isReady(String($0.text)) } }

    /// Whether it is up and has not ended.
    var isServing: Bool {
        guard isBackground else { return !hasGone && isReady }
        return calls.contains { $0.pid == calls[0].pid && $0.text == "+++ exited with 0 +++" }
    }

    /// Returns when the daemon is up, its starter is gone, or all has ended.
    func waitUntilUp(_ deadline: Deadline = .generous) throws {
        let isUp = deadline.poll {
            strace.drain()
            return strace.hasEnded || (isBackground ? hasStarterEnded : isReady)
        }
        guard isUp else { throw Trouble("neither up nor at its end: \(strace.story)") }
    }

    /// Has what was stopped go on.
    func goOn() throws {
        for pid in room.daemonPids { try room.signal(pid, SIGCONT) }
    }

    /// Asks what still runs of it to end, and waits for that.
    func end(_ deadline: Deadline = .generous) throws {
        if !strace.hasEnded {
            for pid in room.daemonPids { try room.signal(pid, SIGTERM) }
        }
        try strace.wait(deadline)
    }

    private var hasStarterEnded: Bool {
        let calls = calls
        return calls.contains { $0.pid == calls[0].pid && $0.text.hasPrefix("+++ ") }
    }
}

/// A line of strace's: `301  bind(5, ...) = 0`, or `301  +++ exited with 0 +++`.
struct TracedCall {
    let pid: Int
    let text: Substring
    /// `bind`; empty where the line tells no call.
    let name: Substring

    init?(_ line: Substring) {
        guard let pid = Int(line.prefix { $0.isNumber }) else { return nil }
        self.pid = pid
        text = line.drop { $0.isNumber }.drop { $0 == " " }
        name = text.contains("(") ? text.prefix { $0.isLetter || $0.isNumber || $0 == "_" } : ""
    }
}

private let tracePath = "/run/trace"

extension Room {
    /// Starts the daemon with one fault, or none.
    func startTraced(_ fault: Fault?, _ options: [String]) throws -> Traced {
        let injection = fault.map { ["-e", "inject=\($0)"] } ?? []
        let daemon = [try Programs.path(of: "portreserve")] + options
        write(tracePath, "")
        let strace = try start(["strace", "-f", "-q", "-o", tracePath] + injection + daemon)
        return Traced(room: self, strace: strace, isBackground: !options.contains("-f"))
    }

    /// Starts a daemon that stops after the first call that strace's `filter` names, and waits for
    /// that; `goOn` has it go on.
    func startStopping(_ filter: [String], options: [String]) throws -> Traced {
        write(tracePath, "")
        let strace = try start(
            ["strace", "-f", "-q", "-o", tracePath] + filter
                + [try Programs.path(of: "portreserve")] + options)
        let traced = Traced(room: self, strace: strace, isBackground: false)
        let hasStopped = Deadline.generous.poll {
            traced.calls.contains { $0.text.contains("stopped by SIGSTOP") }
        }
        guard hasStopped else { throw Trouble("it does not stop: \(strace.story)") }
        return traced
    }

    /// A whole life of a daemon without a fault.
    func runTraced(_ options: [String]) throws -> Traced {
        let traced = try startTraced(nil, options)
        try traced.waitUntilUp()
        try traced.end()
        guard traced.status == 0 else {
            throw Trouble("an unharmed daemon: \(traced.strace.story)")
        }
        return traced
    }

    /// The daemons that run here, by the pid that the room knows.
    var daemonPids: [Int32] {
        names(in: "/proc").compactMap { Int32($0) }.filter { pid in
            let isOurs = read("/proc/\(pid)/comm") == "portreserve\n"
            return isOurs && !(read("/proc/\(pid)/stat") ?? ") Z").contains(") Z")
        }
    }

    /// Kills what daemons are left, and waits until they are gone.
    func killDaemons() throws {
        for pid in daemonPids { try signal(pid, SIGKILL) }
        let areGone = Deadline.generous.poll { daemonPids.isEmpty }
        guard areGone else { throw Trouble("still there after SIGKILL: \(daemonPids)") }
    }
}

extension Program {
    /// Whether it has ended by now.
    fileprivate var hasEnded: Bool {
        if status == nil { _ = try? wait(Deadline(after: .zero)) }
        return status != nil
    }
}
