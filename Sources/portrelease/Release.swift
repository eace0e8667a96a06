internal import Control
internal import LinuxIO
internal import Text

/// How long a daemon may leave its queue full.
private let waitSecondsMax = 10

/// What portrelease does, from its options to its exit status.
func run(_ options: ReleaseOptions, _ places: Places) -> ExitStatus {
    switch options.purpose {
    case .version: answer("portrelease \(version)")
    case .help: answer(ReleaseOptions.help)
    case .release: return release(options, Path(places.releaseSocket))
    }
    return .done
}

private func release(_ options: ReleaseOptions, _ socket: Path) -> ExitStatus {
    for name in options.names {
        guard let request = ReleaseRequest(datagram: name.bytes) else {
            if options.isVerbose { complain("portrelease: '\(name)': no service has such a name") }
            continue
        }
        do throws(Errno) {
            // A connection a name: a daemon that was restarted in between is asked too.
            let daemon = try connectedDatagramSocket(to: socket, waitSeconds: waitSecondsMax)
            try daemon.send(request.datagram.span)
            if options.isVerbose { complain("portrelease: '\(name)': release sent") }
        } catch {
            let status = status(of: error, name, isVerbose: options.isVerbose)
            if status != .done { return status }
        }
    }
    return .done
}

/// What a refusal means for a service that is about to start: only a daemon that is there and
/// does not take the request may hold it up.
private func status(of refusal: Errno, _ name: Text, isVerbose: Bool) -> ExitStatus {
    switch refusal {
    case .wouldBlock:
        complain("portrelease: '\(name)': portreserve does not answer, not released")
        return .notDone
    case .accessDenied, .notPermitted:
        complain("portrelease: '\(name)': \(refusal), not released; only root may")
    case .noEntry, .connectionRefused, .notConnected:
        if isVerbose { complain("portrelease: '\(name)': no portreserve is running") }
    case _:
        complain("portrelease: '\(name)': \(refusal), not released")
    }
    return .done
}
