internal import LinuxIO
internal import Text

/// A descriptor with an owner that may be in a list, until somebody takes it over.
final class Handle {
    private var descriptor: Descriptor?

    init(_ descriptor: consuming Descriptor) { self.descriptor = consume descriptor }

    /// What it owned until now; nil: it was taken before.
    func take() -> Descriptor? { descriptor.take() }

    fileprivate var number: Int32 {
        switch descriptor {
        case .none: -1
        case .some(let descriptor): descriptor.number
        }
    }
}

/// What an instance of the daemon has left to the next one: words and descriptors.
struct VaultRecord {
    /// What it is of; a later record replaces an earlier one of the same key.
    let key: Text
    /// What is to be known, as the key's owner writes it.
    let body: Text
    let handles: [Handle]

    /// Whether it only says that those before it are no longer true.
    var isGone: Bool { body.isEmpty && handles.isEmpty }
}

/// What outlives this process, for the next instance of the daemon: a queue of records in the kernel,
/// which the service manager keeps open.
///
/// A change is a new record at the end, and the old one is taken out when it has come to the front,
/// so that whoever is killed at any point leaves at least one of them.
struct Vault: ~Copyable {
    let queue: Descriptor
    /// Hangs up when the service manager does not keep it; nil: it has for another instance.
    let refusal: Descriptor?
    /// The keys of what is in it, in its order; an empty one need not be kept.
    private var keys: [Text] = []

    /// An empty one, that nobody keeps.
    init() throws(Errno) {
        queue = try .queue()
        refusal = nil
    }

    /// An empty one, that the service manager is to keep.
    ///
    /// sd_notify(3) has no answer; what is not stored is closed, and so the other end of a pipe tells.
    init(storedBy manager: borrowing ServiceManager) throws(Errno) {
        let queue = try Descriptor.queue()
        let pipe = try Pipe()
        // Without FDPOLL=0 systemd would look for a hang-up, which there is none of.
        try manager.send("FDSTORE=1\nFDNAME=vault\nFDPOLL=0", with: [queue.number])
        try manager.send("FDSTORE=1\nFDNAME=vault-watch", with: [pipe.writeEnd.number])
        let readEnd = pipe.readEnd
        self.queue = queue
        refusal = consume readEnd
    }

    /// Waits for the news that it is not kept.
    borrowing func join(_ events: borrowing Events, token: UInt64) throws(Errno) {
        switch refusal {
        case .none: return
        case .some(let refusal): try events.add(refusal, token: token)
        }
    }

    /// Takes over what another instance has left, and says what that is, a record a key; what cannot
    /// be read is dropped, and counted in `unreadable`.
    @inline(never)
    init(
        _ inherited: consuming Descriptor, _ records: inout [VaultRecord], unreadable: inout Int
    ) throws(Errno) {
        var keys: [Text] = []
        try inherited.goOnward(true)
        var handles: [Handle] = []
        while let bytes = try inherited.first(
            most: messageBytesMax, { handles.append(Handle($0)) })
        {
            let record = record(bytes, handles)
            handles = []
            if let key = record?.key {
                records.removeAll { $0.key == key }
                for index in keys.indices where keys[index] == key { keys[index] = "" }
            } else {
                unreadable += 1
            }
            guard let record, !record.isGone else {
                keys.append("")
                continue
            }
            keys.append(record.key)
            records.append(record)
        }
        try inherited.goOnward(false)
        queue = inherited
        refusal = nil
        self.keys = keys
    }

    /// Replaces a record, or adds one; without a body and descriptors it is only taken out.
    ///
    /// Throws `.wouldBlock` where there is no room: then the old one stays.
    @inline(never)
    mutating func put(_ key: Text, _ body: Text, _ descriptors: [Int32] = []) throws(Errno) {
        let isNew = !keys.contains(key)
        let isGone = body.isEmpty && descriptors.isEmpty
        if isNew, isGone { return }
        try queue.send(message(key, body), with: descriptors)
        for index in keys.indices where keys[index] == key { keys[index] = "" }
        keys.append(isGone ? "" : key)
        // What one put adds two steps take away, so that it is never twice as long as it has to be.
        for _ in 0..<2 { try turn() }
    }

    /// Takes out all that was replaced, and with it the descriptors that are in no other record.
    mutating func purge() throws(Errno) { while keys.contains("") { try turn() } }

    /// Takes out all.
    mutating func clear() throws(Errno) {
        for index in keys.indices { keys[index] = "" }
        try purge()
    }

    /// Takes the first record out, or puts it to the end.
    @inline(never)
    private mutating func turn() throws(Errno) {
        guard let key = keys.first else { return }
        if !key.isEmpty {
            var handles: [Handle] = []
            let bytes = try queue.first(most: messageBytesMax) { handles.append(Handle($0)) }
            try queue.send(bytes ?? [], with: handles.map { $0.number })
            keys.append(key)
        }
        try queue.dropFirst()
        keys.removeFirst()
    }

    /// Under which name the service manager has it.
    static let name: Text = "vault"
    /// Has the service manager keep it no longer.
    static var removal: Text { "FDSTOREREMOVE=1\nFDNAME=vault" }
}

/// More than this no record has: what the kernel lets a queue have.
private let messageBytesMax = 16 << 20
/// What every record begins with, and who cannot read it leaves it alone.
private let version: Text = "portreserve 1 "

private func message(_ key: Text, _ body: Text) -> [UInt8] {
    // No name of a file has a NUL in it.
    (version + key).bytes + [0] + body.bytes
}

private func record(_ bytes: [UInt8], _ handles: [Handle]) -> VaultRecord? {
    guard bytes.starts(with: version.bytes), let end = bytes.firstIndex(of: 0) else {
        return nil
    }
    return VaultRecord(
        key: Text(bytes[version.bytes.count..<end]), body: Text(bytes[(end + 1)...]),
        handles: handles)
}
