internal import Control
internal import Reservations
internal import Text

/// Bounds on what is remembered of incidents, with their reasons.
enum IncidentLimits {
    /// Incidents in all.
    static let countMax = 256
    /// Incidents of one user other than root: a loop over a thousand ports pushes out its own ones.
    static let perUserMax = 32
    /// As long as what had to go is no older, what comes in its place is not logged, in
    /// microseconds: who is pushed out and comes back would fill the log.
    static let quietMicroseconds = 3_600_000_000
}

/// Somebody went for an endpoint that was not theirs, once or several times.
struct Incident {
    /// Who did it.
    struct Culprit {
        let uid: UInt32
        /// The kernel's number for the cgroup; 0 where it is not known.
        let cgroup: UInt64
        /// The process that did it last, where its pid can be told.
        let pid: Int32?
        let command: Text
        let unit: Text?
    }

    let kind: IncidentRecord.Kind
    let service: ServiceName
    let endpoint: Endpoint
    let culprit: Culprit
    /// When it was last, in microseconds since 1970.
    let at: Int
    /// How often it was.
    let count: Int

    /// Whether both are told as one.
    fileprivate func isSame(as other: Incident) -> Bool {
        kind == other.kind && endpoint == other.endpoint && culprit.uid == other.culprit.uid
            && culprit.cgroup == other.culprit.cgroup
    }

    /// The record for the eyes of `uid`: who did it is root's to know, and that user's own.
    func record(for uid: UInt32) -> IncidentRecord {
        let endpoint = EndpointRecord(
            transport: endpoint.transport.text, address: endpoint.address.text,
            port: Int(endpoint.port))
        return IncidentRecord(
            kind: kind, service: service.text, endpoint: endpoint,
            by: uid == 0 || uid == culprit.uid ? culprit.told : nil, at: at, count: count)
    }
}

extension Incident.Culprit {
    /// Who has an endpoint.
    init(_ process: Holder.Process, _ cgroup: UInt64) {
        self.init(
            uid: process.uid, cgroup: cgroup, pid: process.pid, command: process.command,
            unit: process.identity?.unit)
    }

    /// JSON is UTF-8, and a command any bytes.
    fileprivate var told: HolderRecord {
        HolderRecord(
            pid: pid.map { Int($0) }, command: .printable(command.bytes[...], most: 64),
            uid: Int(uid),
            unit: unit.map { .printable($0.bytes[...], most: 255) }, isKernels: false)
    }
}

/// The incidents that are remembered, in the order in which they began; pure.
struct Incidents {
    /// An incident and its number, which grows from one that begins to the next.
    private struct Numbered {
        let number: Int
        var incident: Incident
        /// What another had counted of it when it was last noted.
        var total: Int
    }

    private var known: [Numbered] = []
    /// The number that the next one to begin gets.
    private(set) var end = 0
    private var hasBegun = false

    /// Notes what has happened `incident.count` times more, and says whether it is to be logged.
    ///
    /// That is so when it is the first of its culprit and endpoint; others are counted only. With
    /// `isTotal` the count is that of all times, by whoever may begin anew with it.
    mutating func note(_ incident: Incident, isTotal: Bool = false) -> Bool {
        if let place = known.firstIndex(where: { $0.incident.isSame(as: incident) }) {
            let before = isTotal ? known[place].total : 0
            let more = incident.count < before ? incident.count : incident.count - before
            known[place].incident = incident.after(known[place].incident, more: more)
            if isTotal { known[place].total = incident.count }
            return false
        }
        let gone = makeRoom(for: incident.culprit.uid)
        known.append(
            Numbered(number: end, incident: incident, total: isTotal ? incident.count : 0))
        end += 1
        hasBegun = true
        return gone.map { incident.at - $0.at >= IncidentLimits.quietMicroseconds } ?? true
    }

    /// Takes out the one that was longest ago, of the user who has too many, else of all; nil where
    /// there is room.
    private mutating func makeRoom(for uid: UInt32) -> Incident? {
        let own = known.indices.filter { known[$0].incident.culprit.uid == uid }
        let isCrowd = uid != 0 && own.count >= IncidentLimits.perUserMax
        if !isCrowd, known.count < IncidentLimits.countMax { return nil }
        let candidates = isCrowd ? own : Array(known.indices)
        let oldest = candidates.min { known[$0].incident.at < known[$1].incident.at }
        return oldest.map { known.remove(at: $0).incident }
    }

    /// Counts anew what somebody else counts; nil: he does not know it any more.
    mutating func recount(_ total: (Incident) -> Int?) {
        for place in known.indices {
            let incident = known[place].incident
            guard incident.kind == .refused, let count = total(incident) else { continue }
            let more = count < known[place].total ? count : count - known[place].total
            known[place].incident = incident.after(incident, more: more)
            known[place].total = count
        }
    }

    /// Whether one has begun since this was last asked.
    mutating func takeNews() -> Bool {
        defer { hasBegun = false }
        return hasBegun
    }

    /// The first one from a number on, and its number; nil: there is none.
    func first(from number: Int) -> (number: Int, incident: Incident)? {
        known.first { $0.number >= number }.map { ($0.number, $0.incident) }
    }
}

extension Incident {
    /// This one, counted on from what was known.
    fileprivate func after(_ known: Incident, more: Int) -> Incident {
        let (sum, isOver) = known.count.addingReportingOverflow(more)
        return Incident(
            kind: kind, service: service, endpoint: endpoint, culprit: culprit,
            at: max(at, known.at), count: isOver ? .max : sum)
    }
}
