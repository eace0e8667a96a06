/// Whom the guard lets bind an endpoint.
public enum Admission: Equatable, Sendable {
    /// Whoever comes: there is no guard for it, or it is not known who will bind.
    case everybody
    /// Ourselves alone.
    case nobody
    /// X of a service.
    case service(Int)
}
