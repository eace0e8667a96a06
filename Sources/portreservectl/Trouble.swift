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

    /// One line for standard error.
    var text: Text {
        switch self {
        case .noReply(.noDaemon):
            """
            portreservectl: portreserve is not running: start it with \
            'systemctl start portreserve' or 'portreserve --stay'
            """
        case .noReply(.silent): "portreservectl: portreserve does not answer"
        case .noReply(.broken): "portreservectl: portreserve has closed the connection"
        case .noReply(.refused(let why)): "portreservectl: cannot reach portreserve: \(why)"
        case .noSuchService(let name, let hint):
            "portreservectl: \(Text.quoted(name)): no such service\(hint)"
        case .notAllowed: "portreservectl: only root may do that"
        case .refused(let error):
            "portreservectl: portreserve refuses: \(Text.printable(error.bytes[...], most: 256))"
        }
    }

    var outcome: Outcome {
        switch self {
        case .noReply(.noDaemon): .notRunning
        case .noReply(.silent), .noReply(.broken), .noReply(.refused): .wrong
        case .noSuchService: .noSuchService
        case .notAllowed, .refused: .wrong
        }
    }
}
