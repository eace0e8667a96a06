/// What has to be done about one endpoint.
public struct Step: Equatable, Sendable {
    /// The endpoint, as an index of the plan's `entries`.
    public let entry: Int
    /// What has happened to it.
    public let event: Event
    /// Where it stood before.
    public let old: State
    /// Where it stands now.
    public let new: State
    /// What has to be done.
    public let effects: Effects

    /// Whether it only leads to another try of what is busy, or back from one.
    public var isRetry: Bool {
        if case .busy = old, case .binding(let attempt) = new { return attempt > 0 }
        if case .binding(let attempt) = old, case .busy = new { return attempt > 0 }
        return false
    }
}
