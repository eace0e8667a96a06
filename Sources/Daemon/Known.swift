internal import LinuxIO

/// What is known of an endpoint beside where it stands.
///
/// There may be 131,070, so it has 32 bytes.
struct Known {
    /// nil: it is not held, or its rule alone holds it.
    var hold: Descriptor.Shared?
    /// Who has it where we have not, as far as that is known.
    var holder: Holder?
    /// When it came to stand where it stands, in microseconds since 1970.
    var since: Int
    /// The kernel's reason where it could not be had.
    var refusal: Errno?
    /// Whether its holder is its service.
    var isService = false
    /// Whether it is to be found out who has it.
    var isUnidentified = false
}
