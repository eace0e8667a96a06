internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// How long daemons may take for all that is asked.
private let waitSecondsMax = 10
/// A daemon that has as many clients as it takes closes a connection at once: some may go.
private let pauseMs = 250
/// Connections that may break before somebody who is not root gives up.
private let brokenMax = 2
/// Linux: no file has a longer name, NAME_MAX; so a call is short, and is sent without a wait.
private let nameBytesMax = 255

/// What portrelease does, from its options to its exit status.
func run(_ options: ReleaseOptions, _ places: Places) -> ExitStatus {
    switch options.purpose {
    case .version: answer("portrelease \(version)")
    case .help: answer(ReleaseOptions.help)
    case .release: return releaseAll(options, places)
    }
    return .done
}

/// Asks for one service after the other, up to the first that gets no answer: nor would the rest,
/// and each would wait as long.
private func releaseAll(_ options: ReleaseOptions, _ places: Places) -> ExitStatus {
    let deadline = Deadline(seconds: waitSecondsMax)
    for name in options.names where release(name, options, places, deadline) == .notDone {
        return .notDone
    }
    return .done
}

private func release(
    _ name: Text, _ options: ReleaseOptions, _ places: Places, _ deadline: Deadline
) -> ExitStatus {
    let isFileName = name.bytes.count <= nameBytesMax
    guard isFileName, let request = ReleaseRequest(datagram: name.bytes) else {
        if options.isVerbose { complain("portrelease: \(Text.quoted(name)): no such service") }
        return .done
    }
    do throws(NoReply) {
        let reply = try ask(.release(name), places, deadline)
        return say(reply, name, isVerbose: options.isVerbose)
    } catch {
        switch error {
        // Linux: a policy of 0.0.5's days may know the datagram socket alone.
        case .noDaemon, .refused(.accessDenied):
            return send(request, name, options, places, deadline)
        case .silent:
            complain("portrelease: \(Text.quoted(name)): portreserve does not answer, not released")
            return .notDone
        case .broken:
            complain(
                "portrelease: \(Text.quoted(name)): portreserve has closed the connection, not released; only root may"
            )
            return .done
        case .refused(let refusal):
            complain("portrelease: \(Text.quoted(name)): \(refusal), not released")
            return .done
        }
    }
}

/// Asks again where a connection breaks: a daemon that was restarted, or had too many clients,
/// answers then.
///
/// Root, which alone may release, asks until the deadline; others would be refused anyway.
private func ask(
    _ request: Request, _ places: Places, _ deadline: Deadline
) throws(NoReply) -> Reply {
    var brokenCount = 0
    while true {
        do throws(NoReply) {
            return try askOnce(request, places, deadline)
        } catch .broken {
            brokenCount += 1
            if !ThisProcess.isRoot, brokenCount == brokenMax { throw .broken }
            deadline.pause(milliseconds: pauseMs)
        }
    }
}

private func askOnce(
    _ request: Request, _ places: Places, _ deadline: Deadline
) throws(NoReply) -> Reply {
    var daemon = try DaemonConnection(to: places.controlSocket, until: deadline)
    try daemon.send(request.call)
    return try daemon.receive()
}

/// What an answer means for a service that is about to start: nothing that may hold it up.
private func say(_ reply: Reply, _ name: Text, isVerbose: Bool) -> ExitStatus {
    if let error = reply.error {
        if error == CallError.noSuchService(name).reply.error {
            if isVerbose { complain("portrelease: \(Text.quoted(name)): no such service") }
        } else if error == CallError.notYours(name).reply.error {
            complain("portrelease: \(Text.quoted(name)): only root may release it, not released")
        } else {
            complain("portrelease: \(Text.quoted(name)): \(error), not released")
        }
        return .done
    }
    let busy = reply.parameters.value("busy")?.integer ?? 0
    if busy > 0 {
        let verb: Text = busy == 1 ? "is" : "are"
        complain(
            "portrelease: \(Text.quoted(name)): \(counted(busy, "port", "ports")) \(verb) somebody else's"
        )
    }
    if isVerbose {
        let released = reply.parameters.value("released")?.integer ?? 0
        complain(
            "portrelease: \(Text.quoted(name)): \(counted(released, "port", "ports")) released")
    }
    return .done
}

/// Asks a daemon that has no control socket, 0.0.5's, or none for us; it does not answer.
private func send(
    _ request: ReleaseRequest, _ name: Text, _ options: ReleaseOptions, _ places: Places,
    _ deadline: Deadline
) -> ExitStatus {
    do throws(Errno) {
        let socket = Path(places.releaseSocket)
        let daemon = try connectedDatagramSocket(
            to: socket, waitSeconds: deadline.secondsRoundedUp)
        try daemon.send(request.datagram.span)
        if options.isVerbose { complain("portrelease: \(Text.quoted(name)): release sent") }
    } catch {
        switch error {
        case .wouldBlock:
            complain("portrelease: \(Text.quoted(name)): portreserve does not answer, not released")
            return .notDone
        case .accessDenied, .notPermitted:
            complain("portrelease: \(Text.quoted(name)): \(error), not released; only root may")
        case .noEntry, .connectionRefused, .notConnected:
            if options.isVerbose {
                complain("portrelease: \(Text.quoted(name)): no portreserve is running")
            }
        case _: complain("portrelease: \(Text.quoted(name)): \(error), not released")
        }
    }
    return .done
}
