internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Why a verb did not come to its end, and what to tell the administrator.
enum Trouble: Error, Equatable {
    case noReply(NoReply)
    /// The daemon has no such service; the hint says what to do, and may be empty.
    case noSuchService(Text, hint: Text)
    /// Only root may.
    case notAllowed
    /// Another error, by its name in the protocol.
    case refused(Text)
    /// Standard output takes nothing; nil where it is open for reading alone.
    case noOutput(Errno?)
    /// journalctl could not be started.
    case noJournal(Errno)

    /// Reads an error of the protocol.
    init(error: Text, _ parameters: [Member]) {
        let service = parameters.value("service")?.string ?? ""
        if error == CallError.noSuchService("").reply.error {
            self = .noSuchService(service, hint: "")
        } else if error == CallError.notYours("").reply.error
            || error == CallError.permissionDenied.reply.error
        {
            self = .notAllowed
        } else {
            self = .refused(error)
        }
    }

    /// No service has that name; the one of `known` that may have been meant is the hint.
    static func noSuchService(_ name: Text, among known: Set<Text>) -> Trouble {
        let meant = nearest(to: "\(name)", among: known.map { "\($0)" })
        let hint: Text = meant.map { ". Did you mean \(Text.quoted(Text(Array($0.utf8))))?" } ?? ""
        return .noSuchService(name, hint: hint)
    }

    /// One line for standard error; nil where there is nothing to say.
    var text: Text? {
        switch self {
        case .noReply(let why): Trouble.text(of: why)
        case .noSuchService(let name, let hint):
            "portreservectl: \(Text.quoted(name)): no such service\(hint)"
        case .notAllowed: "portreservectl: only root may do that"
        case .refused(let error):
            "portreservectl: portreserve refuses: \(Text.printable(error.bytes[...], most: 256))"
        // Who reads it has seen enough.
        case .noOutput(.brokenPipe): nil
        case .noOutput(let error):
            "portreservectl: standard output: \(error?.text ?? "open for reading alone")"
        case .noJournal(let error):
            """
            portreservectl: journalctl: \(error): without systemd's journal the log is in syslog
            """
        }
    }

    private static func text(of noReply: NoReply) -> Text {
        switch noReply {
        case .noDaemon:
            """
            portreservectl: portreserve is not running: start it with \
            'systemctl start portreserve' or 'portreserve --stay'
            """
        case .silent:
            """
            portreservectl: portreserve has not answered for \(waitSecondsMax) s: it is stopped \
            or overloaded, its starts fail, or it has as many clients as it takes, see \
            'systemctl status portreserve'
            """
        case .broken:
            """
            portreservectl: portreserve has closed the connection before it had answered: it has \
            as many clients as it takes, or has just ended: try again in a moment, or see \
            'systemctl status portreserve'
            """
        case .refused(let why): "portreservectl: cannot reach portreserve: \(why)"
        }
    }

    /// Whether the next name would fare no better.
    var endsAll: Bool {
        switch self {
        case .noReply, .noOutput, .notAllowed, .noJournal: true
        case .noSuchService, .refused: false
        }
    }

    var outcome: Outcome {
        switch self {
        case .noReply(.noDaemon): .notRunning
        case .noReply(.silent), .noReply(.broken), .noReply(.refused): .wrong
        case .noSuchService: .noSuchService
        case .notAllowed, .refused, .noOutput, .noJournal: .wrong
        }
    }
}
