public import Text
public import Varlink

/// One reservation as the daemon tells it: an endpoint, or a range of them that share all else.
public struct ReservationRecord: Equatable {
    /// Where a reservation stands.
    public enum State: CaseIterable {
        case held
        case released
        case serving
        case idle
        case busy
        case failed

        /// The interface's word.
        public var text: Text {
            switch self {
            case .held: "held"
            case .released: "released"
            case .serving: "serving"
            case .idle: "idle"
            case .busy: "busy"
            case .failed: "failed"
            }
        }
    }

    /// The name of the service's file.
    public let service: Text
    /// `tcp` or `udp`.
    public let transport: Text
    /// `*` is every address of both families.
    public let address: Text
    /// The only port, or the first of a range.
    public let port: Int
    /// The last port of a range.
    public let last: Int?
    /// Where it stands.
    public let state: State
    /// When it came to stand there, in microseconds since 1970.
    public let since: Int
    /// Whether a server with SO_REUSEADDR may bind beside the hold.
    public let share: Bool
    /// Whether only its own service's name releases it.
    public let permanent: Bool
    /// Whether a rule of the guard refuses others' binds.
    public let guarded: Bool
    /// Why it is not held, where that is not plain from the state, or else why it is not guarded.
    public let reason: Text?
    /// Who has it, as far as it is known and the reader may know.
    public let holder: HolderRecord?
    /// The file that names it.
    public let file: Text
    /// The line of the file.
    public let line: Int

    /// Tells of a reservation.
    public init(
        service: Text, transport: Text, address: Text, port: Int, last: Int?, state: State,
        since: Int, share: Bool, permanent: Bool, guarded: Bool = false, reason: Text?,
        holder: HolderRecord? = nil, file: Text, line: Int
    ) {
        self.service = service
        self.transport = transport
        self.address = address
        self.port = port
        self.last = last
        self.state = state
        self.since = since
        self.share = share
        self.permanent = permanent
        self.guarded = guarded
        self.reason = reason
        self.holder = holder
        self.file = file
        self.line = line
    }
}

extension ReservationRecord {
    /// The same when its file names it no longer, since `moment` in microseconds since 1970.
    public func gone(since moment: Int) -> ReservationRecord {
        ReservationRecord(
            service: service, transport: transport, address: address, port: port, last: last,
            state: .released, since: moment, share: share, permanent: permanent,
            reason: "no longer configured", file: file, line: line)
    }

    /// Protocol, address and ports.
    public var endpoint: EndpointRecord {
        EndpointRecord(transport: transport, address: address, port: port, last: last)
    }

    /// The parameters of one reply of List and Watch.
    public var parameters: [Member] { [Member(names.reservation, json)] }

    /// As the interface's type Reservation; what is nil is left out.
    public var json: JSON {
        var members = [
            Member(names.service, .string(service)), Member(names.endpoint, endpoint.json),
            Member(names.state, .string(state.text)), Member(names.since, .integer(since)),
            Member(names.share, .bool(share)), Member(names.permanent, .bool(permanent)),
            Member(names.guarded, .bool(guarded)),
        ]
        if let reason { members.append(Member(names.reason, .string(reason))) }
        if let holder { members.append(Member(names.holder, holder.json)) }
        members.append(Member(names.file, .string(file)))
        members.append(Member(names.line, .integer(line)))
        return .object(members)
    }

    /// Reads the interface's type Reservation; nil for anything else.
    ///
    /// What is new in it is ignored.
    public init?(_ json: JSON) {
        guard let members = json.object,
            let endpoint = members.value("endpoint").flatMap({ EndpointRecord($0) }),
            let service = members.value("service")?.string,
            let word = members.value("state")?.string,
            let state = State.allCases.first(where: { $0.text == word }),
            let since = members.value("since")?.integer,
            let share = members.value("share")?.bool,
            let permanent = members.value("permanent")?.bool,
            let guarded = members.value("guarded")?.bool,
            let file = members.value("file")?.string, let line = members.value("line")?.integer
        else { return nil }
        self.init(
            service: service, transport: endpoint.transport, address: endpoint.address,
            port: endpoint.port, last: endpoint.last, state: state, since: since, share: share,
            permanent: permanent, guarded: guarded, reason: members.value("reason")?.string,
            holder: members.value("holder").flatMap { HolderRecord($0) }, file: file, line: line)
    }
}

/// Names of members: made once, and not for each of ten thousand records.
private struct Names {
    let service: Text = "service"
    let endpoint: Text = "endpoint"
    let state: Text = "state"
    let since: Text = "since"
    let share: Text = "share"
    let permanent: Text = "permanent"
    let guarded: Text = "guarded"
    let reason: Text = "reason"
    let holder: Text = "holder"
    let file: Text = "file"
    let line: Text = "line"
    let reservation: Text = "reservation"
}

private let names = Names()
