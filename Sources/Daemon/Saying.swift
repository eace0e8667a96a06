internal import Control
internal import Reservations
internal import Text

/// What is said of one endpoint: the one table from where it stood and where it stands to words.
struct Saying {
    private let endpoint: Endpoint
    private let service: ServiceName
    private let place: Text

    /// Speaks of an endpoint by its service and the line that names it.
    init(_ table: Table, _ entry: Int) {
        let plan = table.plan
        let claimed = plan.entries[entry]
        endpoint = claimed.endpoint
        service = plan.services[table.claimant(of: entry)].name
        place = "\(plan.services[claimed.owner].path):\(claimed.line)"
    }

    /// What a step is worth saying; `before` is the endpoint's step just before.
    func of(_ step: Step, after before: Step?) -> (Priority, Text)? {
        switch (step.old, step.new) {
        case (.released(let unused), .binding) where step.event == .due:
            let span: Text =
                unused == .besideServing ? "90 s" : unused == .empty ? "10 s" : "10 min"
            let priority: Priority = unused == .empty ? .info : .notice
            return (priority, "\(endpoint): not used by '\(service)' for \(span), held again")
        case (.binding(let attempt), .held):
            // Tried again, it was busy; else it is told by where it stood before, or has been.
            if attempt == 0 {
                guard let before, before.old.hasLeft else { return nil }
                if before.old.isReleased, before.event == .due { return nil }
            }
            return (.info, "\(endpoint): held again for '\(service)'")
        case (.serving, .idle): return (.debug, "\(endpoint): closed by '\(service)', which lives")
        case (_, .serving): return (.debug, "\(endpoint): bound by '\(service)'")
        case _: return nil
        }
    }

    /// That its service has it.
    func serving(_ holder: Holder) -> Text {
        "\(endpoint): in use by its service '\(service)': \(holder.text)"
    }

    /// That somebody else has it.
    func busy(_ holder: Holder, willRetry: Bool) -> Text {
        let end: Text = willRetry ? ", will be held when it is free" : ""
        return
            "\(place): \(endpoint): in use by \(holder.text), not reserved for '\(service)'\(end)"
    }
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
