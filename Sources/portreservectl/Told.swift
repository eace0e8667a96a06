internal import Control
internal import Text
internal import Varlink

/// The reservations of the replies to one List, without those that may be gone.
func standing(_ replies: [[Member]]) -> [ReservationRecord] {
    var told = Told()
    for reply in replies {
        if let record = record(reply) { told.take(record) }
        // Such a reply says that nothing is left of what was told.
        if reply.value("reservation") == nil { told = Told() }
    }
    return told.records
}

/// What a List has told since it last began.
///
/// When the configuration is read anew, the daemon begins anew without a word. It tells services
/// in the order of their names, and no endpoint of a service twice: where that is not so, it has
/// begun anew. The order of lines proves nothing, since a service keeps what its file does not say.
struct Told {
    private(set) var records: [ReservationRecord] = []
    /// The latest name that stands as it is, and so where the daemon's order has it.
    private var latestName: Text?
    /// The record at which the lines of the latest service last went back, or began.
    private var fall = 0
    /// By which record the latest service's endpoints were told.
    private var places: [Place: Int] = [:]

    private struct Place: Hashable {
        let transport: Text
        let address: Text
        let port: UInt16
    }

    /// Takes the next record.
    mutating func take(_ record: ReservationRecord) {
        if let name = latestName, isPlain(record.service), record.service < name {
            // What is not in that order may have been told before or since: it stays.
            begin(at: (records.lastIndex { isPlain($0.service) } ?? 0) + 1)
        }
        if let place = place(of: record) {
            let isLater = place < fall && record.line >= (records.last?.line ?? 0)
            begin(at: isLater ? fall : records.count)
        }
        add(record)
    }

    /// Forgets what was told before the record of that index.
    private mutating func begin(at index: Int) {
        let rest = records[index...]
        self = Told()
        for record in rest { add(record) }
    }

    private mutating func add(_ record: ReservationRecord) {
        if records.last?.service != record.service {
            places = [:]
            fall = records.count
        } else if let last = records.last, record.line < last.line {
            fall = records.count
        }
        if isPlain(record.service) { latestName = record.service }
        for port in ports(of: record) {
            places[Place(transport: record.transport, address: record.address, port: port)] =
                records.count
        }
        records.append(record)
    }

    /// The latest record of the same service with an endpoint of this one's.
    private func place(of record: ReservationRecord) -> Int? {
        if records.last?.service != record.service { return nil }
        return ports(of: record).compactMap { port in
            places[Place(transport: record.transport, address: record.address, port: port)]
        }.max()
    }
}

/// Whether a name is printed as it is: an escape stands elsewhere than what it stands for.
private func isPlain(_ name: Text) -> Bool { !name.bytes.contains(UInt8(ascii: "\\")) }

private func ports(of record: ReservationRecord) -> ClosedRange<UInt16> {
    let first = UInt16(clamping: record.port)
    return first...max(first, UInt16(clamping: record.last ?? record.port))
}
