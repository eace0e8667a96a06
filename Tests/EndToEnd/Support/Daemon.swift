/// The daemon under test: started in a room, ready, and asked for its end.
///
///     let daemon = try room.startDaemon("-d")       // -f and -d: stays our child
///     let daemon = try room.startDaemon()           // background: the starter has ended by then
///     #expect(daemon.diagnostics == [...], room.story)
///     #expect(try daemon.stop() == 0, room.story)

import CRig
import Glibc
import Testing

struct Daemon: CustomTestStringConvertible {
    let room: Room
    /// The process that was started: the daemon itself with -f or -d, else its starter.
    let program: Program
    /// The line that says that every port has been tried.
    let ready: String
    let isBackground: Bool

    /// Seen from inside: with it, /proc/PID of the room is the daemon's.
    var innerPid: Int32 {
        isBackground ? room.backgroundPid : program.innerPid
    }

    /// The lines on wrong configuration: those that begin with a file's path, line and column.
    var diagnostics: [String] {
        program.drain()
        return program.errorLines.filter { $0.hasPrefix("/") }
    }

    /// Whether it says `line`, or has said it; waits for it.
    func hears(_ line: String) -> Bool { program.waitForError { $0 == line } != nil }

    /// Ends it by a signal and answers its exit status; 0 for a background daemon, which has none.
    func stop(_ signal: Int32 = SIGTERM) throws -> Int32 {
        guard isBackground else {
            program.send(signal)
            return try program.wait()
        }
        try endInBackground(signal)
        return 0
    }

    /// SIGKILL, and its end.
    func kill() throws {
        if isBackground { return try endInBackground(SIGKILL) }
        program.send(SIGKILL)
        try program.wait()
    }

    private func endInBackground(_ signal: Int32) throws {
        let pid = innerPid
        try room.signal(pid, signal)
        guard Deadline.generous.poll(until: { !room.exists("/proc/\(pid)") }) else {
            throw Trouble("pid \(pid) does not end: \(program.story)")
        }
    }

    /// Its failures show `room.story`; the value itself would only bury them.
    var testDescription: String { "a daemon" }

    static func isReady(_ line: String) -> Bool {
        line.contains("portreserve: holding ") || line.contains("portreserve: nothing is reserved")
    }
}

extension Room {
    /// Starts the daemon and returns when it is ready; it has no guard.
    func startDaemon(_ options: String..., with setting: Setting = Setting()) throws -> Daemon {
        try startDaemon(options, with: setting)
    }

    func startDaemon(_ options: [String], with setting: Setting = Setting()) throws -> Daemon {
        try startAnyDaemon(withoutGuard(options), with: setting)
    }

    /// Starts a daemon that stays and has the guard.
    func startGuardedDaemon(
        _ options: String..., with setting: Setting = Setting()
    ) throws -> Daemon {
        let daemon = try startAnyDaemon(["-f", "--stay"] + options, with: setting)
        if let why = daemon.program.errorLines.first(where: { $0.contains("no guard") }) {
            throw Trouble(why)
        }
        return daemon
    }

    /// Starts the daemon as it is told to.
    func startAnyDaemon(_ options: [String], with setting: Setting) throws -> Daemon {
        let program = try start(["portreserve"] + options, setting)
        let isBackground = !options.contains { ["-f", "-d", "-df", "-fd"].contains($0) }
        if isBackground {
            let status = try program.wait()
            guard status == 0 else { throw Trouble("the daemon did not start: \(program.story)") }
        }
        guard let ready = program.waitForError(where: Daemon.isReady) ?? hushed(setting) else {
            throw Trouble("the daemon did not get ready: \(program.story)")
        }
        return Daemon(room: self, program: program, ready: ready, isBackground: isBackground)
    }

    /// What the pid file says; -1 where it says nothing.
    var backgroundPid: Int32 {
        Int32((read("/run/portreserve.pid") ?? "").prefix { $0.isNumber }) ?? -1
    }

    /// Sends a signal to a process that only the room knows.
    func signal(_ inner: Int32, _ signal: Int32) throws {
        guard inner > 1 else { throw Trouble("no process \(inner) to send \(signal) to") }
        try run("/bin/kill", "-\(signal)", "\(inner)")
    }

    /// A daemon whose standard error is not ours is ready when its starter says so.
    private func hushed(_ setting: Setting) -> String? { setting.errors == .pipe ? nil : "" }
}

/// Only a daemon that stays would have the guard.
func withoutGuard(_ options: [String]) -> [String] {
    options.contains("--stay") ? options + ["--no-guard"] : options
}
