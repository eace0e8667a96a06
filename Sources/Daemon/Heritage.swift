internal import LinuxIO
internal import Reservations
internal import Text

/// As many starts in a row may fail that found the same records.
private let failedStartsMax = 3
private let startsKey: Text = "starts"
private let daemonKey: Text = "daemon"
private let guardKey: Text = "guard"

/// What another instance of the daemon has left to this one: its place, and all that it knew.
struct Heritage: ~Copyable {
    /// nil: nobody would keep anything for the next instance.
    var vault: Vault?
    /// The lock and both sockets, as long as nobody has taken them over.
    var lock: Descriptor?
    var releases: Descriptor?
    var control: Descriptor?
    private var records: [VaultRecord] = []

    /// Takes over what the service manager has kept, or has it keep something from now on.
    @inline(never)
    init(
        _ inherited: consuming Descriptor?, by manager: borrowing ServiceManager?, isWanted: Bool,
        _ log: Log
    ) {
        switch manager {
        case .none: return
        case .some(let manager):
            if !isWanted { return }
            do throws(Errno) {
                if let inherited { try takeOver(inherited, log) }
                if vault == nil {
                    let fresh = try Vault()
                    try fresh.store(by: manager)
                    vault = consume fresh
                }
                try countStart(log)
                takeSeat()
            } catch {
                vault = nil
                log.say(
                    .warning,
                    "portreserve: the fd store: \(error), a restart will let go of every port",
                    JournalFields(.forgotten))
            }
        }
    }

    private mutating func takeOver(_ inherited: consuming Descriptor, _ log: Log) throws(Errno) {
        var unreadable = 0
        vault = try Vault(inherited, &records, unreadable: &unreadable)
        try vault?.purge()
        if unreadable == 0 { return }
        log.say(
            .warning,
            "portreserve: \(counted(unreadable, "record", "records")) of the last instance cannot be"
                + " read, ignoring that", JournalFields(.forgotten))
    }

    /// Starts that fail may do so for what they find.
    private mutating func countStart(_ log: Log) throws(Errno) {
        var failed = records.first { $0.key == startsKey }?.numbers()?.first ?? 0
        if failed >= failedStartsMax {
            log.say(
                .error,
                "portreserve: \(failed) starts in a row have failed, forgetting what they found:"
                    + " every port was free for a moment", JournalFields(.forgotten))
            records = []
            try vault?.clear()
            failed = 0
        }
        try vault?.put(startsKey, "\(failed + 1)")
    }

    private mutating func takeSeat() {
        guard let handles = take(daemonKey)?.handles, handles.count == 3 else { return }
        lock = handles[0].take()
        releases = handles[1].take()
        control = handles[2].take()
    }

    /// Holds that no rule has kept meanwhile.
    mutating func takeHolds() -> [InheritedHold] {
        var holds: [InheritedHold] = []
        for record in records { holds += record.holds() ?? [] }
        records.removeAll { $0.holds() != nil }
        return holds
    }

    /// The guard's programs, whose ring of refusals comes first.
    mutating func takeGuard() -> [Handle] { take(guardKey)?.handles ?? [] }

    /// How services stood.
    mutating func takeServices() -> [VaultRecord] {
        defer { records = [] }
        return records.filter { $0.service != nil }
    }

    private mutating func take(_ key: Text) -> VaultRecord? {
        guard let index = records.firstIndex(where: { $0.key == key }) else { return nil }
        return records.remove(at: index)
    }
}

extension Vault {
    /// Keeps the lock and both sockets for the next instance.
    mutating func putPlace(
        _ instance: borrowing Instance, _ entrances: borrowing Entrances
    ) throws(Errno) {
        let sockets = [entrances.releases.number, entrances.control.number]
        try put(daemonKey, "", [instance.lockNumber] + sockets)
    }

    /// Keeps a guard's programs, and after that those before it no longer; none: there is no guard.
    mutating func putGuard(_ descriptors: [Int32]) throws(Errno) {
        try put(guardKey, "", descriptors)
        try purge()
    }

    /// This start has not failed.
    mutating func endStart() throws(Errno) { try put(startsKey, "") }
}
