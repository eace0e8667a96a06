/// Whom the guard lets bind an endpoint.
public enum Admission: Equatable, Sendable {
    /// Whoever comes: there is no guard for it, or it is not known who will bind.
    case everybody
    /// Ourselves alone.
    case nobody
    /// X of a service.
    case service(Int)
}

/// What helps who was refused, if he is the service.
public enum Cure: Equatable, Sendable {
    /// Nothing: he is a stranger.
    case none
    /// To be named in the service's file.
    case name
    /// To ask for the release.
    case release
    /// To be let in, which needs nobody's asking.
    case admission
}

/// Who was refused.
public enum Refused: CaseIterable, Sendable {
    /// Of a cgroup that is gone, and says nothing any more.
    case gone
    /// No unit of the service.
    case stranger
    /// Named as a unit of the service by another unit, which may name what it makes as it likes.
    case nested
    /// A unit of the service.
    case unit
}

extension Table {
    /// What helps him, as the endpoint stands.
    public func cure(of entry: Int, for refused: Refused) -> Cure {
        assert(states.indices.contains(entry), "an entry of another plan")
        switch refused {
        case .gone: return .none
        case .stranger: return states[entry].isReleased ? .name : .none
        case .unit:
            if case .service = admission(to: entry) { return .admission }
            return states[entry] == .held ? .release : .none
        case .nested: return states[entry] == .held ? .release : .none
        }
    }
}
