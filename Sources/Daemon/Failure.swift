internal import LinuxIO
internal import Text

/// Why the daemon does not start.
enum Failure: Error, Writable {
    case alreadyRunning(pid: Int32?)
    /// The kernel refused what has no way round.
    case refused(Text, Errno)

    var text: Text {
        switch self {
        case .alreadyRunning(let pid?): "already running (pid \(pid))"
        case .alreadyRunning(nil): "already running"
        case .refused(let place, let error):
            "\(place): \(error), not started"
                + (error.isLackOfRights && !ThisProcess.isRoot ? "; start it as root" : "")
        }
    }
}

/// What `call` gives; its refusal becomes the reason why the daemon does not start.
func needed<Answer: ~Copyable>(
    _ place: Text, _ call: () throws(Errno) -> Answer
) throws(Failure) -> Answer {
    do throws(Errno) {
        return try call()
    } catch {
        throw .refused(place, error)
    }
}
