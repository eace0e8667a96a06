internal import Control
internal import Reservations
internal import Text

/// What is said of one endpoint: the one table from where it stood and where it stands to words.
struct Saying {
    private let endpoint: Endpoint
    private let service: ServiceName
    private let place: Text
    private let path: Text

    /// Speaks of an endpoint by its service and the line that names it.
    init(_ table: Table, _ entry: Int) {
        let plan = table.plan
        let claimed = plan.entries[entry]
        endpoint = claimed.endpoint
        service = plan.services[table.claimant(of: entry)].name
        path = plan.services[table.claimant(of: entry)].path
        place = "\(plan.services[claimed.owner].path):\(claimed.line)"
    }

    /// What the journal is told of a line.
    func fields(_ event: JournalEvent?, _ culprit: Incident.Culprit? = nil) -> JournalFields {
        var fields = JournalFields(event, service)
        fields.append("PORTRESERVE_ENDPOINT", endpoint.text)
        if let culprit { fields.append(culprit) }
        return fields
    }

    /// What the journal is told of a line about who has the endpoint.
    func fields(_ event: JournalEvent, _ holder: Holder) -> JournalFields {
        fields(event, holder.processes.first.map { Incident.Culprit($0, 0) })
    }

    /// What a step is worth saying; `before` is the endpoint's step just before.
    func of(_ step: Step, after before: Step?) -> (Priority, Text, JournalEvent?)? {
        if step.new == .serving { return (.debug, "\(endpoint): bound by '\(service)'", nil) }
        if case .idle = step.new, step.old == .serving {
            return (.debug, "\(endpoint): closed by '\(service)'", nil)
        }
        guard case .binding(let attempt) = step.old, step.new == .held else { return nil }
        // Tried again, it was busy; else it is told by where it stood before, or has been.
        if attempt == 0 {
            guard let before, before.old.hasLeft else { return nil }
            if case .released(let unused) = before.old, before.event == .due {
                return unusedFor(unused)
            }
        }
        return (.info, "\(endpoint): held again for '\(service)'", .heldAgain)
    }

    private func unusedFor(_ unused: State.Unused) -> (Priority, Text, JournalEvent?) {
        let span: Text = unused == .besideServing ? "90 s" : unused == .empty ? "10 s" : "10 min"
        let priority: Priority = unused == .empty ? .info : .notice
        return (priority, "\(endpoint): not used by '\(service)' for \(span), held again", .unused)
    }

    /// That its service has it, or whoever has bound it since its release.
    func serving(_ holder: Holder, isService: Bool) -> Text {
        let how: Text = isService ? "by its service" : "since its release for"
        return "\(endpoint): in use \(how) '\(service)': \(holder.text)"
    }

    /// That somebody was refused, and what helps if he is the service itself.
    func refused(_ culprit: Incident.Culprit, _ cure: Cure) -> Text {
        var who: Text = "\(Text.quoted(culprit.command)) ("
        if let pid = culprit.pid { who.append("pid \(pid), ") }
        who.append("uid \(Int(culprit.uid))")
        if let unit = culprit.unit { who.append(", \(Text.quoted(unit))") }
        let said: Text = "\(endpoint): refused to \(who)), reserved for '\(service)'"
        switch cure {
        case .none: return said
        case .name:
            let word: Text = culprit.unit.map { "unit \($0)" } ?? "unguarded"
            return "\(said); if it is the service, write '\(word)' in \(path)"
        case .release:
            return
                "\(said), whose unit it is; let it call 'portrelease \(service)' before it binds"
        case .admission:
            return "\(said), whose unit it is, begun after the release; let in from now on"
        }
    }

    /// That somebody else has it.
    func busy(_ holder: Holder, willRetry: Bool) -> Text {
        let end: Text = willRetry ? ", will be held when it is free" : ""
        return
            "\(place): \(endpoint): in use by \(holder.text), not reserved for '\(service)'\(end)"
    }
}

/// That everybody may bind what a service was released to; `unit` is that of who has asked.
func sayingOpen(_ service: Plan.Service, releasedBy unit: Text?) -> Text {
    let who: Text = unit.map { "'\($0)', which is no unit of it" } ?? "somebody in no unit"
    let said: Text = "'\(service.name)': released by \(who), so everybody may bind its ports"
    // Where the file names units it is a helper's, by all that is known.
    guard let unit, service.units.isEmpty else { return said }
    return "\(said); if it is one, write 'unit \(unit)' in \(service.path)"
}

extension State {
    /// Whether the endpoint had been let go, or could not be had.
    fileprivate var hasLeft: Bool {
        switch self {
        case .released, .serving, .idle, .busy, .failed: true
        case .planned, .binding, .held: false
        }
    }
}
