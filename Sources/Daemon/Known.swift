internal import LinuxIO

/// What is known of an endpoint beside where it stands.
///
/// There may be 131,070, so it has 32 bytes.
struct Known {
    /// nil: it is not held, or its rule alone holds it.
    var hold: Descriptor.Owner?
    /// Who has it where we have not, as far as that is known.
    var holder: Holder?
    /// When it came to stand where it stands, in microseconds since 1970.
    var since: Int
    /// The kernel's reason where it could not be had.
    var refusal: Errno?
    /// The vault's record that its hold is in; -1: none.
    var record: Int8 = -1
    /// Whether its holder is its service.
    var isService = false
    /// Whether it is to be found out who has it.
    var isUnidentified = false
}

extension Keeper {
    /// When an endpoint came to stand where it stands, in microseconds since 1970.
    borrowing func since(_ entry: Int) -> Int { known[entry].since }

    /// Who has an endpoint that we have not, as far as it is known.
    borrowing func holder(of entry: Int) -> Holder? { known[entry].holder }

    /// Whether nobody has two endpoints, or one holder both.
    borrowing func haveSameHolder(_ one: Int, _ other: Int) -> Bool {
        guard let first = holder(of: one), let second = holder(of: other) else {
            return holder(of: one) == nil && holder(of: other) == nil
        }
        return first.isToldAs(second)
    }

    /// Notes that who has an endpoint is its service.
    mutating func noteService(_ entry: Int) { known[entry].isService = true }

    /// Whether who is known to have it, or to have had it just before, is its service.
    borrowing func isServices(_ entry: Int) -> Bool { known[entry].isService }
}
