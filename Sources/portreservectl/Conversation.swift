internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// How long the daemon may take for a connection, and for each of its replies.
let waitSecondsMax = 10

/// The daemon, as verbs ask it.
struct Conversation: ~Copyable {
    private var connection: DaemonConnection

    /// Connects.
    init() throws(Trouble) {
        do throws(NoReply) {
            let deadline = Deadline(seconds: waitSecondsMax)
            connection = try DaemonConnection(to: Places().controlSocket, until: deadline)
        } catch {
            throw .noReply(error)
        }
    }

    /// Asks, and hands over the parameters of each reply as it comes.
    ///
    /// Waits for each `seconds` at most, nil for ever.
    mutating func ask(
        _ request: Request, waitSeconds seconds: Int? = waitSecondsMax,
        _ take: ([Member]) throws(Trouble) -> Void
    ) throws(Trouble) {
        do throws(NoReply) {
            try connection.send(request.call)
        } catch {
            throw .noReply(error)
        }
        while true {
            connection.deadline = Deadline(seconds: seconds)
            let reply = try receive()
            if let error = reply.error {
                throw try explained(Trouble(error: error, reply.parameters))
            }
            try take(reply.parameters)
            if !reply.continues { return }
        }
    }

    /// Asks for the reservations of a service, or of all, and gives what is told of each.
    mutating func list(_ service: Text? = nil) throws(Trouble) -> [[Member]] {
        var told: [[Member]] = []
        try ask(.list(service)) { parameters in told.append(parameters) }
        return told
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
            return .noSuchService(name, hint: newFileHint(isGeneratorThere: isGeneratorThere()))
        }
        return .noSuchService(name, among: Set(standing(try list()).map(\.service)))
    }
}

/// What has a service be one whose file is new.
func newFileHint(isGeneratorThere: Bool) -> Text {
    isGeneratorThere
        ? " yet, its file is new: 'systemctl daemon-reload' and 'portreservectl reload' read it"
        : " yet, its file is new: 'portreservectl reload' reads it"
}

/// Whether systemd has units ask for their ports, which it finds out when it reads them anew.
func isGeneratorThere() -> Bool {
    let prefixes: [Text] = ["/etc", "/run", "/usr/local/lib", "/usr/lib"]
    return prefixes.contains { prefix in
        isThere("\(prefix)/systemd/system-generators/portreserve-generator")
    }
}

/// The reservation that parameters tell of, nil where they tell of none.
func record(_ parameters: [Member]) -> ReservationRecord? {
    parameters.value("reservation").flatMap { ReservationRecord($0) }
}

/// The incident that parameters tell of, nil where they tell of none.
func incident(_ parameters: [Member]) -> IncidentRecord? {
    parameters.value("incident").flatMap { IncidentRecord($0) }
}
