internal import Control
internal import Text
internal import Varlink

/// The daemon, as verbs ask it.
struct Conversation: ~Copyable {
    private var connection: DaemonConnection

    /// Connects; the daemon may take `waitSeconds` for each step, 0 is for ever.
    init(waitSeconds: Int = 10) throws(Trouble) {
        do throws(NoReply) {
            let socket = Places().controlSocket
            connection = try DaemonConnection(to: socket, waitSeconds: waitSeconds)
        } catch {
            throw .noReply(error)
        }
    }

    /// Asks, and hands over the parameters of each reply as it comes.
    mutating func ask(_ request: Request, _ take: ([Member]) -> Void) throws(Trouble) {
        do throws(NoReply) {
            try connection.send(request.call)
        } catch {
            throw .noReply(error)
        }
        while true {
            let reply = try receive()
            if let error = reply.error {
                throw try explained(Trouble(error: error, reply.parameters))
            }
            take(reply.parameters)
            if !reply.continues { return }
        }
    }

    private mutating func receive() throws(Trouble) -> Reply {
        do throws(NoReply) {
            return try connection.receive()
        } catch {
            throw .noReply(error)
        }
    }

    /// The trouble, with a hint at what may have been meant by the name of no service.
    private mutating func explained(_ trouble: Trouble) throws(Trouble) -> Trouble {
        guard case .noSuchService(let name, _) = trouble else { return trouble }
        if configuredServices(Places()).contains(name) {
            let hint: Text = " yet, its file is new: 'portreservectl reload' reads it"
            return .noSuchService(name, hint: hint)
        }
        var known: Set<String> = []
        try ask(.list(nil)) { parameters in
            let record = parameters.value("reservation")?.object
            if let name = record?.value("service")?.string { known.insert("\(name)") }
        }
        guard let meant = nearest(to: "\(name)", among: known) else { return trouble }
        return .noSuchService(name, hint: ". Did you mean \(Text.quoted(Text(Array(meant.utf8))))?")
    }
}
