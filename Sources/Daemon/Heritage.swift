internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// As many starts in a row may fail that found the same records.
private let failedStartsMax = 3
let startsKey: Text = "starts"
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
        _ places: Places, _ log: Log
    ) {
        var refusal: Errno?
        do throws(Errno) {
            if let inherited { try takeOver(inherited, log) }
            if try begin(manager, isWanted, places, log) { return }
        } catch {
            refusal = error
        }
        // What nobody takes out any more, or cannot be told anything, is not to keep a port.
        try? vault?.clear()
        vault = nil
        records = []
        switch manager {
        case .some(let manager): manager.tell(Vault.removal)
        case .none: break
        }
        if let refusal { sayStoreRefusal(refusal, log) }
    }

    /// False: nothing is to be kept.
    @inline(never)
    private mutating func begin(
        _ manager: borrowing ServiceManager?, _ isWanted: Bool, _ places: Places, _ log: Log
    ) throws(Errno) -> Bool {
        switch manager {
        case .some(let manager) where isWanted:
            if vault == nil { vault = try Vault(storedBy: manager) }
            try countStart(log)
            try takePlace(places)
            return true
        case _: return false
        }
    }

    @inline(never)
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

    /// Takes over the lock, and the sockets, where their names still lead to them.
    private mutating func takePlace(_ places: Places) throws(Errno) {
        guard let record = take(daemonKey) else { return }
        let handles = record.handles
        lock = handles.first?.take()
        if handles.count == 3, record.body == Entrances.identity(places) {
            releases = handles[1].take()
            control = handles[2].take()
            return
        }
        // They are closed: whoever is connected sees the end, and nobody is taken for a daemon.
        try vault?.put(daemonKey, "")
        try vault?.purge()
    }

    /// The guard's programs, whose ring of refusals comes first.
    mutating func takeGuard() -> [Handle] { take(guardKey)?.handles ?? [] }

    /// How services stood, holds that no rule has kept meanwhile, and whatever else there is.
    mutating func takeRest() -> [VaultRecord] {
        defer { records = [] }
        return records
    }

    private mutating func take(_ key: Text) -> VaultRecord? {
        guard let index = records.firstIndex(where: { $0.key == key }) else { return nil }
        return records.remove(at: index)
    }
}

extension Vault {
    /// Keeps the lock and both sockets for the next instance, which names lead to that identity.
    mutating func putPlace(_ descriptors: [Int32], _ identity: Text) throws(Errno) {
        try put(daemonKey, identity, descriptors)
    }

    /// Keeps a guard's programs, and after that those before it no longer; none: there is no guard.
    mutating func putGuard(_ descriptors: [Int32]) throws(Errno) {
        try put(guardKey, "", descriptors)
        try purge()
    }

    /// This start has not failed.
    mutating func endStart() throws(Errno) { try put(startsKey, "") }
}

/// Says that the service manager's store is not to be had, and what that means.
@inline(never)
func sayStoreRefusal(_ refusal: Errno, _ log: Log) {
    let why: Text =
        refusal == .brokenPipe ? "FileDescriptorStoreMax= has to be 2 at least" : refusal.text
    log.say(
        .warning, "portreserve: the fd store: \(why), a restart will let go of every port",
        JournalFields(.forgotten))
}
