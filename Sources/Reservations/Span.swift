/// How long an endpoint waits before it is held again, or tried again; all in milliseconds.
package enum Span {
    /// Released and not used, with X there, or nothing known of it: ten minutes for a start by hand.
    package static let unusedMs = 600_000
    /// The same, where another endpoint of the service serves: it has had its chance to bind.
    package static let unusedBesideServingMs = 90_000
    /// Released and not used, with X empty: between a unit's ExecStartPre and its next process a
    /// cgroup is empty for up to 32 ms (systemd 252).
    package static let unusedEmptyMs = 10_000
    /// Idle, with X empty: what has lasted so long is no restart of a child.
    package static let idleEmptyMs = 2_000
    /// Idle, with every process gone that had the socket.
    package static let graceMs = 1_000
    /// The same, while the parent of such a process lives: a supervisor brings its child back.
    package static let supervisedGraceMs = 10_000
    /// Busy: after each refusal in a row, the last one again and again.
    package static let retriesMs = [1, 10, 100, 30_000]
    /// Bound and not seen: most sockets listen within microseconds, some never do, and a look costs
    /// milliseconds.
    package static let unseenMs = 100
    /// The kernel refused for another reason than its use.
    package static let failedMs = 30_000
}
