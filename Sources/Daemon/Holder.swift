internal import Control
internal import LinuxIO
internal import Reservations
internal import Signs
internal import Text

/// Who has an endpoint, as far as could be found out.
final class Holder {
    /// By what it is kept.
    enum Means {
        /// A socket that listens, or is bound.
        case server
        /// A connection to `peer`, and nobody listens.
        case connection(peer: Text)
        /// A closed connection's rest.
        case timeWait(ms: Int)
        /// It could not be seen.
        case unseen
    }

    /// A process that has the socket.
    final class Process {
        let pid: Int32
        let command: Text
        let uid: UInt32
        let parent: Int32
        let cgroup: Text?
        let identity: Identity?

        init(_ facts: ProcessFacts, pid: Int32, cgroup: Text?, identity: Identity?) {
            self.pid = pid
            command = facts.command
            uid = facts.effectiveUID
            parent = facts.parent
            self.cgroup = cgroup
            self.identity = identity
        }
    }

    /// How the first process came by it, or why there is none.
    enum Ownership: Equatable {
        case made
        /// The kernel made the socket in another cgroup than that of any process that has it.
        case inherited
        /// No process has it.
        case kernels
        /// Its last process has closed it, and not all of it has been sent.
        case closed
        /// There are processes that may not be looked into.
        case hidden
    }

    /// Processes that are told of; there may be more.
    static let processesMax = 64

    let means: Means
    let ownership: Ownership
    /// Those that have it, in the order of their pids; but one of a service first, where it is that.
    private(set) var processes: [Process]
    /// The sockets, by the kernel's cookies.
    let cookies: [UInt64]

    init(_ means: Means, _ ownership: Ownership, _ processes: [Process], cookies: [UInt64]) {
        self.means = means
        self.ownership = ownership
        self.processes = processes
        self.cookies = cookies
    }

    /// The unit of the first process that is in one.
    var unit: Text? { processes.lazy.compactMap { $0.identity?.unit }.first }

    /// Whether it is `service`, as far as units and, without them, programs' names tell; its process
    /// is then the first.
    func isService(_ service: Plan.Service) -> Bool {
        let own = processes.firstIndex { process in
            if let identity = process.identity, identity.unit != nil {
                return identity.belongs(to: service)
            }
            return service.isNamesake(process.command)
        }
        guard let own else { return false }
        processes.swapAt(0, own)
        return true
    }

    /// Whether clients are told the same of both.
    func isToldAs(_ other: Holder) -> Bool {
        processes.first?.pid == other.processes.first?.pid && ownership == other.ownership
    }

    /// What of it `uid` may know: all is root's, the rest the holder's own user's alone.
    func told(to uid: UInt32) -> HolderRecord? {
        guard let process = processes.first else {
            return uid == 0 && ownership == .kernels
                ? HolderRecord(pid: nil, command: nil, uid: nil, unit: nil, isKernels: true) : nil
        }
        if uid != 0, uid != process.uid { return nil }
        // JSON is UTF-8, and a command any bytes.
        return HolderRecord(
            pid: Int(process.pid), command: .printable(process.command.bytes[...], most: 64),
            uid: Int(process.uid),
            unit: process.identity?.unit.map { .printable($0.bytes[...], most: 255) },
            isKernels: false)
    }

    /// In words: `'cupsd' (pid 812, uid 0, cups.service)`.
    var text: Text {
        switch means {
        case .server: return ownership == .kernels ? "a socket of \(owner)" : owner
        case .connection(let peer): return "a connection to \(peer), no listener, of \(owner)"
        case .timeWait(let ms): return "TIME_WAIT, left by a client, \(ms / 1000) s"
        case .unseen: return owner
        }
    }

    private var owner: Text {
        switch ownership {
        case .made: described(processes[0])
        case .inherited: "\(described(processes[0])), which inherited it"
        case .kernels: "the kernel (an NFS mount, lockd or the like)"
        case .closed: "a process that has closed it"
        case .hidden: "somebody whom the kernel does not show"
        }
    }

    private func described(_ process: Process) -> Text {
        let name = Text.quoted(process.command)
        var text: Text = "\(name) (pid \(process.pid), uid \(Int(process.uid))"
        if let unit = process.identity?.unit { text.append(", \(Text.quoted(unit))") }
        if processes.count > 1 {
            let least: Text = processes.count == Holder.processesMax ? "at least " : ""
            text.append(", and \(least)\(processes.count - 1) more")
        }
        return "\(text))"
    }
}
