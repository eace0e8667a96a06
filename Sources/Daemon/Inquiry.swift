internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

/// An endpoint, of which it is to be found out who has it.
struct Question {
    let endpoint: Endpoint
    /// Of the rule of its service, when that was asked: what is found may be older than the next.
    let generation: Int
}

/// What was found out about one endpoint.
struct Finding {
    let question: Question
    /// nil: nobody has it.
    let holder: Holder?
}

/// Finds out who has endpoints: what the kernel shows of their sockets, then one walk through /proc
/// for all of them together, in slices, so that nobody waits for it.
struct Inquiry: ~Copyable {
    /// Endpoints of one walk; more wait for the next.
    private static let subjectsMax = 256
    /// Processes and descriptors that are looked at in one slice: some 2 ms.
    private static let looksPerSlice = 512

    private struct Subject {
        let question: Question
        let sighting: Sighting

        /// Whether what keeps the port is what kept it then.
        var isStillThere: Bool {
            Sighting(of: question.endpoint)?.keepers.first?.cookie == sighting.keepers.first?.cookie
        }
    }

    private var subjects: [Subject] = []
    private var search: OwnerSearch?
    private var owners: [SocketOwner] = []
    /// Whether this walk is the second for its subjects, since the first met no owner.
    private var isSecond = false

    /// Whether a walk is under way.
    var isWalking: Bool { search != nil }

    /// Goes on for one slice, or begins with what is to be identified, and gives what is found out.
    @inline(never)
    mutating func goOn(_ keeper: inout Keeper, _ cgroups: borrowing Cgroups) -> [Finding] {
        if search == nil { return begin(keeper.takeUnidentified(most: Inquiry.subjectsMax)) }
        owners += search?.step(looks: Inquiry.looksPerSlice) ?? []
        if search?.isDone == false { return [] }
        let isBlind = search?.unseenCount ?? 0 > 0
        search = nil
        return end(cgroups, isBlind: isBlind)
    }

    @inline(never)
    private mutating func begin(_ batch: [Question]) -> [Finding] {
        isSecond = false
        var findings: [Finding] = []
        let sightings = Sighting.each(of: batch.map { $0.endpoint })
        for (question, sighting) in zip(batch, sightings) {
            guard let sighting else {
                findings.append(Finding(question: question, holder: .unseen))
                continue
            }
            if sighting.sockets.isEmpty {
                findings.append(Finding(question: question, holder: nil))
            } else if let ms = sighting.timeWaitMs {
                findings.append(Finding(question: question, holder: .timeWait(ms: ms)))
            } else {
                subjects.append(Subject(question: question, sighting: sighting))
            }
        }
        return findings + walk()
    }

    /// Begins a walk for the owners of what the subjects have.
    @inline(never)
    private mutating func walk() -> [Finding] {
        owners = []
        if subjects.isEmpty { return [] }
        let inodes = subjects.flatMap { $0.sighting.keepers.map { $0.inode } }
        search = try? OwnerSearch(for: inodes)
        if search != nil { return [] }
        defer { subjects = [] }
        return subjects.map { Finding(question: $0.question, holder: .unseen) }
    }

    @inline(never)
    private mutating func end(_ cgroups: borrowing Cgroups, isBlind: Bool) -> [Finding] {
        var findings: [Finding] = []
        var lost: [Question] = []
        for subject in subjects {
            let processes = processes(of: subject.sighting, cgroups)
            if processes.isEmpty, !isSecond {
                lost.append(subject.question)
            } else {
                // What is the kernel's own stays; others may come and go too fast to be met.
                let isHidden = isBlind || processes.isEmpty && !subject.isStillThere
                let holder = Holder(subject.sighting, processes, cgroups, isBlind: isHidden)
                findings.append(Finding(question: subject.question, holder: holder))
            }
        }
        subjects = []
        // Gone while one looked, or met by nobody in a walk that it crossed: a look costs
        // milliseconds, so it is one for all.
        for (question, sighting) in zip(lost, Sighting.each(of: lost.map { $0.endpoint })) {
            if let sighting, !sighting.sockets.isEmpty {
                subjects.append(Subject(question: question, sighting: sighting))
            } else {
                findings.append(Finding(question: question, holder: nil))
            }
        }
        isSecond = true
        return findings + walk()
    }

    @inline(never)
    private func processes(
        of sighting: Sighting, _ cgroups: borrowing Cgroups
    ) -> [Holder.Process] {
        let inodes = sighting.keepers.map { $0.inode }
        var pids: [Int] = []
        for owner in owners where inodes.contains(owner.inode) && !pids.contains(Int(owner.pid)) {
            pids.append(Int(owner.pid))
        }
        var processes: [Holder.Process] = []
        for number in rising(pids).prefix(Holder.processesMax) {
            let pid = Int32(number)
            guard let facts = try? ProcessFacts(pid: pid) else { continue }
            // What init holds, it holds for a unit, in whose cgroup systemd makes the socket.
            let made =
                pid == 1 ? sighting.keepers.first.flatMap { cgroups.cgroup(ofSocket: $0) } : nil
            let cgroup = made ?? facts.cgroup.map { $0.path }
            processes.append(
                Holder.Process(
                    facts, pid: pid, cgroup: cgroup,
                    identity: cgroup.flatMap { cgroups.identity(in: $0) }))
        }
        return processes
    }
}

extension Holder {
    /// Nobody whom the kernel shows.
    fileprivate static var unseen: Holder { Holder(.unseen, .hidden, [], cookies: []) }

    fileprivate static func timeWait(ms: Int) -> Holder {
        Holder(.timeWait(ms: ms), .closed, [], cookies: [])
    }

    fileprivate convenience init(
        _ sighting: Sighting, _ processes: [Process], _ cgroups: borrowing Cgroups, isBlind: Bool
    ) {
        let keepers = sighting.keepers
        var means = Means.server
        if let connection = keepers.first, !connection.isServer {
            means = .connection(peer: connection.peer)
        }
        let makers = keepers.compactMap { $0.cgroup }
        var isMakers = makers.isEmpty
        for process in processes where !isMakers {
            guard let cgroup = process.cgroup, let id = cgroups.id(of: cgroup) else {
                isMakers = true
                continue
            }
            isMakers = makers.contains(id)
        }
        let ownership: Ownership
        if !processes.isEmpty {
            ownership = isMakers ? .made : .inherited
        } else if keepers.allSatisfy({ $0.inode == 0 }) {
            ownership = .closed
        } else {
            ownership = isBlind ? .hidden : .kernels
        }
        self.init(means, ownership, processes, cookies: keepers.map { $0.cookie })
    }
}

extension FoundSocket {
    /// The other side: `10.0.0.1:2049`.
    fileprivate var peer: Text {
        let address: Address =
            switch remoteAddress {
            case .anyOfBothFamilies, .anyIPv4: .any
            case .ipv4(let number): .ipv4(number)
            case .ipv6(let high, let low): .ipv6(high: high, low: low)
            }
        if case .ipv6 = address { return "[\(address)]:\(remotePort)" }
        return "\(address):\(remotePort)"
    }
}
