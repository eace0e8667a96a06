/// What goes wrong in the rig itself or in the kernel's answer to a test.
///
/// `Errno` is the kernel's refusal, compared by its number; `Trouble` is for people: a test that
/// throws it shows its text.

import Glibc

/// The kernel's refusal.
struct Errno: Error, Equatable, CustomStringConvertible {
    let number: Int32

    static let addressInUse = Self(number: EADDRINUSE)

    /// The kernel's words for it, with its number.
    var description: String {
        "\(unsafe String(cString: strerror(number))) (\(number))"
    }

    /// Whatever the last call of this thread was refused with.
    static var last: Self { Self(number: errno) }

    /// The answer of a function of CRig: a number that is no refusal.
    static func checked(_ answer: Int32) throws(Self) -> Int32 {
        guard answer >= 0 else { throw Self(number: -answer) }
        return answer
    }
}

/// A reason why a test cannot go on, in words.
struct Trouble: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
