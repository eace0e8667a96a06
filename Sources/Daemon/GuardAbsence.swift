internal import Guard
internal import LinuxIO
internal import Text

/// Why there is no guard.
struct GuardAbsence: Error {
    let why: Text
    /// What the kernel's verifier says, line by line.
    var details: [Text] = []

    init(why: Text) { self.why = why }

    init(_ failure: GuardFailure) {
        let step: Text =
            switch failure.step {
            case .maps: "bpf(2), the maps"
            case .program(let hook): "bpf(2), the program for \(hook)"
            case .attachment(let hook): "bpf(2), the link to \(hook)"
            }
        let right: Text =
            failure.errno.isLackOfRights ? ", CAP_BPF and CAP_NET_ADMIN are needed" : ""
        why = "\(step): \(failure.errno)\(right)"
        details = words(of: failure.verifier.bytes[...], between: UInt8(ascii: "\n")).map {
            Text($0)
        }
    }
}

/// What `call` gives; its refusal becomes the reason why there is no guard.
func absent<Answer: ~Copyable>(
    _ place: Text, _ call: () throws(Errno) -> Answer
) throws(GuardAbsence) -> Answer {
    do throws(Errno) {
        return try call()
    } catch {
        throw GuardAbsence(why: "\(place): \(error)")
    }
}
