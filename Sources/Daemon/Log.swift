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

/// Where the daemon's lines go: the journal; where that is not read, standard error as long as
/// somebody may read it, syslog when not.
final class Log {
    let isVerbose: Bool
    private var journal: LineSocket?
    private var usesStandardError = true
    /// How long the daemon will yet wait for readers of standard error, in all.
    private var patienceMs = 2_000
    /// Lines that nobody made room for.
    private var lostCount = 0
    private var systemLog: SystemLog?

    /// Begins with standard error.
    ///
    /// `isJournal`: that is the journal, which takes priorities there, and fields at `socket`.
    init(isVerbose: Bool, isJournal: Bool, socket: Path = "/run/systemd/journal/socket") {
        self.isVerbose = isVerbose
        journal = isJournal ? LineSocket(socket) : nil
    }

    /// From now on says all to syslog too: for a daemon whose standard error may be a boot console.
    func alsoToSystemLog() {
        // The journal reads both, and would tell all twice.
        if journal == nil { systemLog = SystemLog() }
    }

    /// From now on says all to syslog alone, where there is no journal.
    func onlyToSystemLog() {
        usesStandardError = false
        if systemLog == nil { systemLog = SystemLog() }
    }

    /// Says one line, which the journal is told more of; what cannot be written is lost.
    func say(_ priority: Priority, _ text: Text, _ fields: JournalFields? = nil) {
        if priority == .debug, !isVerbose { return }
        if !tellJournal(priority, text, fields) { sayLast(priority, text) }
    }

    /// Says one line with which the process may end.
    ///
    /// journald finds out by /proc of which unit a sender is, but whose standard error it reads it
    /// knows for good.
    @inline(never)
    func sayLast(_ priority: Priority, _ text: Text) {
        if usesStandardError {
            sayOnStandardError(journal == nil ? text : "<\(priority.rawValue)>\(text)")
        }
        if systemLog != nil { systemLog?.send(priority, text) }
    }

    private func tellJournal(
        _ priority: Priority, _ text: Text, _ fields: JournalFields?
    ) -> Bool {
        if journal == nil { return false }
        var fields = fields ?? JournalFields(nil)
        fields.append("MESSAGE", withoutOwnName(text))
        fields.append("PRIORITY", Text(decimal: priority.rawValue))
        fields.append("SYSLOG_FACILITY", Text(decimal: daemonFacility))
        fields.append("SYSLOG_IDENTIFIER", "portreserve")
        return journal?.send(fields.bytes) ?? false
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

/// syslog's number for daemons without one of their own.
private let daemonFacility = 3

/// The line as it stands where every line begins with the program's name.
private func withoutOwnName(_ text: Text) -> Text {
    let own: Text = "portreserve: "
    let isOwn = text.bytes.starts(with: own.bytes)
    return isOwn ? Text(text.bytes.dropFirst(own.bytes.count)) : text
}

/// The syslog of RFC 3164, whose time stamp and host name a local sender may leave out.
struct SystemLog: ~Copyable {
    private var socket = LineSocket("/dev/log")

    /// Sends one line at once, or loses it.
    mutating func send(_ priority: Priority, _ text: Text) {
        let head =
            "<\(daemonFacility << 3 | priority.rawValue)>portreserve[\(ThisProcess.pid)]: " as Text
        _ = socket.send((head + withoutOwnName(text)).bytes)
    }
}

/// The socket of whoever takes lines, one a datagram.
private struct LineSocket: ~Copyable {
    private let path: Path
    private var socket: Descriptor?

    /// Opens nothing yet, since what is open when inherited descriptors are sorted out is closed;
    /// one where nobody listens is tried again with each line.
    init(_ path: Path) { self.path = path }

    /// Sends one line at once, and says whether it was taken.
    ///
    /// Who hangs, or has gone, does not get it: the daemon never waits.
    @inline(never)
    mutating func send(_ line: [UInt8]) -> Bool {
        do throws(Errno) {
            try trySend(line)
            return true
        } catch {
            if error == .wouldBlock { return false }
            socket = try? connectedDatagramSocket(to: path)
            return (try? trySend(line)) != nil
        }
    }

    private borrowing func trySend(_ line: [UInt8]) throws(Errno) {
        switch socket {
        case .none: throw .connectionRefused
        case .some(let socket): try socket.sendAtOnce(line.span)
        }
    }
}
