// LinuxIO: what Linux does for us, one file a kind of thing, each call typed and owned.
// It throws the kernel's word and never logs, never decides, never retries but EINTR.
// Here alone are `unsafe` and the C shim; no pointer leaves the closure that made it.

internal import CLinux
public import Text

/// The kernel's reason for a refusal; its text is libc's sentence.
public struct Errno: Error, Equatable, Writable {
    /// The number, as in errno(3).
    public let number: Int32

    /// Takes a number of errno(3).
    public init(_ number: Int32) { self.number = number }

    /// libc's sentence, in the C locale: `Permission denied`.
    public var text: Text {
        guard let sentence = unsafe strerror(number) else { return "error \(number)" }
        return unsafe Text(cString: sentence)
    }

    /// EACCES.
    public static let accessDenied = Errno(EACCES)
    /// EADDRINUSE.
    public static let addressInUse = Errno(EADDRINUSE)
    /// EEXIST.
    public static let alreadyExists = Errno(EEXIST)
    /// EFAULT.
    static let badAddress = Errno(EFAULT)
    /// EBADF.
    static let badDescriptor = Errno(EBADF)
    /// EPIPE.
    public static let brokenPipe = Errno(EPIPE)
    /// ECONNRESET.
    public static let connectionReset = Errno(ECONNRESET)
    /// ECONNREFUSED.
    public static let connectionRefused = Errno(ECONNREFUSED)
    /// EAFNOSUPPORT.
    public static let familyNotSupported = Errno(EAFNOSUPPORT)
    /// EINTR.
    static let interrupted = Errno(EINTR)
    /// EINVAL.
    public static let invalidArgument = Errno(EINVAL)
    /// More than there was room for.
    static let messageTooLong = Errno(EMSGSIZE)
    /// ENOENT.
    public static let noEntry = Errno(ENOENT)
    /// ENOTCONN.
    public static let notConnected = Errno(ENOTCONN)
    /// EPERM.
    public static let notPermitted = Errno(EPERM)
    /// No descriptor is left.
    public static let tooManyOpenFiles = Errno(EMFILE)
    /// EAGAIN.
    public static let wouldBlock = Errno(EAGAIN)
}

extension Errno {
    /// Whether descriptors or memory have run out, which may pass.
    public var isShortage: Bool { [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(number) }

    /// Whether somebody with more rights would not have been refused.
    public var isLackOfRights: Bool { self == .accessDenied || self == .notPermitted }
}

/// The kernel's answer to `call`: the one place that reads errno, and the one that retries.
///
/// `mayBeBad`: EBADF says something else there than that a descriptor of ours is wrong.
func ask<Answer: FixedWidthInteger>(
    mayBeBad: Bool = false, _ call: () -> Answer
) throws(Errno) -> Answer {
    while true {
        let answer = call()
        if answer != -1 { return answer }
        if let refusal = refusal(mayBeBad) { throw refusal }
    }
}

/// Why the kernel refused; nil: it was interrupted and is to be asked again.
@inline(never)
private func refusal(_ mayBeBad: Bool) -> Errno? {
    let refusal = Errno(clinux_errno())
    if refusal == .badDescriptor && !mayBeBad || refusal == .badAddress {
        fatalError("a descriptor or an address of ours is wrong")
    }
    return refusal == .interrupted ? nil : refusal
}
