internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// Datagrams taken in one turn; more wait for the next, so that a signal is never kept waiting.
private let datagramsPerTurnMax = 64
/// How long a socket that could not be read is left alone.
private let readRestMs = 1_000

extension Loop {
    /// A socket that cannot be read would wake the loop without end, so it has a rest then.
    mutating func readReleaseSocket() throws(Errno) {
        do throws(Errno) {
            try takeDatagrams()
        } catch {
            log.say(.warning, "portreserve: recvmsg: \(error), will read releases again in 1 s")
            restUntil = monotonicMilliseconds() + readRestMs
            try listen(to: .none)
        }
    }

    mutating func endRest(now: Int) throws(Errno) {
        guard let due = restUntil, due <= now else { return }
        restUntil = nil
        try listen(to: .read)
    }

    private borrowing func listen(to interest: EventInterest) throws(Errno) {
        try events.change(releaseSocket, token: Source.releaseSocket.rawValue, interest)
    }

    @inline(never)
    private mutating func takeDatagrams() throws(Errno) {
        for _ in 0..<datagramsPerTurnMax {
            let datagram = try releaseSocket.receive(most: Limits.nameBytesMax)
            switch datagram {
            case .nothing: return
            case .message(let bytes, let uid, let pid, let cgroup):
                if !mayRelease(uid) { continue }
                // A pid may be another one's by now, so it is asked only where nothing else tells.
                let sender = cgroup.map { lookout.cgroups.identity(inCgroup: $0) }
                release(
                    ReleaseRequest(datagram: bytes), by: sender ?? lookout.cgroups.identity(of: pid)
                )
            case .tooLarge(let uid):
                if mayRelease(uid) { release(nil, by: nil) }
            }
        }
    }

    private mutating func mayRelease(_ uid: UInt32?) -> Bool {
        if uid == 0 { return true }
        if !hasComplained {
            let sender: Text = uid.map { "uid \($0)" } ?? "an unknown sender"
            log.say(
                .warning,
                "portreserve: a release asked by \(sender), who may not: ignoring this and such")
        }
        hasComplained = true
        return false
    }

    private mutating func release(_ request: ReleaseRequest?, by sender: Identity?) {
        switch request {
        case nil: log.say(.debug, "portreserve: a datagram that names no service, ignoring it")
        case .everyService: _ = releaseEveryService(by: sender)
        case .service(let name):
            guard let service = keeper.table.plan.service(name) else {
                log.say(.debug, "'\(name)': no such service, nothing to release")
                return
            }
            _ = release(service, by: sender)
        }
    }
}
