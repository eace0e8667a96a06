// Daemon: the one loop that holds and lets go, and all that it needs of the machine. The only
// layer that logs; a failure is said once, by who knows what follows from it. It holds no text
// from outside longer than its bound, and waits for nobody but in its one sleep.

internal import LinuxIO
internal import Text

/// How grave a line is, by syslog's numbers.
enum Priority: Int {
    /// A port is lost, or the daemon ends.
    case error = 3
    /// Wrong, but going on.
    case warning = 4
    /// A person's act, or a state that stays.
    case notice = 5
    /// Normal life.
    case info = 6
    /// Every event and effect.
    case debug = 7
}

/// Where the daemon's lines go: standard error as long as somebody may read it, syslog when not.
final class Log {
    let isVerbose: Bool
    private let isJournal: Bool
    private var usesStandardError = true
    /// How long the daemon will yet wait for readers of standard error, in all.
    private var patienceMs = 2_000
    /// Lines that nobody made room for.
    private var lostCount = 0
    private var systemLog: SystemLog?

    /// Begins with standard error.
    ///
    /// `isJournal`: that is the journal, which takes priorities.
    init(isVerbose: Bool, isJournal: Bool) {
        self.isVerbose = isVerbose
        self.isJournal = isJournal
    }

    /// From now on says all to syslog too: for a daemon whose standard error may be a boot console.
    func alsoToSystemLog() {
        // The journal reads both, and would tell all twice.
        if !isJournal { systemLog = SystemLog() }
    }

    /// From now on says all to syslog alone.
    func onlyToSystemLog() {
        usesStandardError = false
        if systemLog == nil { systemLog = SystemLog() }
    }

    /// Says one line; what cannot be written is lost.
    func say(_ priority: Priority, _ text: Text) {
        if priority == .debug, !isVerbose { return }
        if usesStandardError {
            sayOnStandardError(isJournal ? "<\(priority.rawValue)>\(text)" : text)
        }
        if systemLog != nil { systemLog?.send(priority, text) }
    }

    /// A reader who is slow is waited for a little, one who is gone for good or hangs is not: a
    /// release must never wait for a line about it.
    private func sayOnStandardError(_ line: Text) {
        let began = monotonicMilliseconds()
        let hasRoom = standardErrorHasRoom(milliseconds: min(patienceMs, lineWaitMsMax))
        patienceMs -= min(patienceMs, monotonicMilliseconds() - began)
        guard hasRoom else {
            lostCount += 1
            return
        }
        if lostCount > 0 {
            complain("portreserve: \(counted(lostCount, "line", "lines")) lost, nobody read them")
            lostCount = 0
        }
        complain(line)
    }
}

/// How long one line waits for a reader of standard error.
private let lineWaitMsMax = 200

/// The syslog of RFC 3164, whose time stamp and host name a local sender may leave out.
struct SystemLog: ~Copyable {
    private var socket: Descriptor?

    /// Connects where there is a syslog; a missing one is tried again with each line.
    init() { socket = try? connectedDatagramSocket(to: "/dev/log") }

    /// Sends one line at once.
    ///
    /// A syslog that hangs, or has gone, loses it: the daemon never waits.
    mutating func send(_ priority: Priority, _ text: Text) {
        let daemonFacility = 3 << 3
        let head =
            "<\(daemonFacility | priority.rawValue)>portreserve[\(ThisProcess.pid)]: " as Text
        // Every line of syslog begins with the program's name.
        let own: Text = "portreserve: "
        let isOwn = text.bytes.starts(with: own.bytes)
        let line = head + (isOwn ? Text(text.bytes.dropFirst(own.bytes.count)) : text)
        if trySend(line) { return }
        socket = try? connectedDatagramSocket(to: "/dev/log")
        _ = trySend(line)
    }

    private borrowing func trySend(_ line: Text) -> Bool {
        switch socket {
        case .none: return false
        case .some(let socket):
            do throws(Errno) {
                try socket.sendAtOnce(line.bytes.span)
                return true
            } catch {
                return error == .wouldBlock
            }
        }
    }
}
