internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

extension Keeper {
    /// Whether two reservations, one behind the other, are told as one range.
    borrowing func areAlike(_ one: Int, _ other: Int) -> Bool {
        let (first, second) = (table.plan.reservations[one], table.plan.reservations[other])
        let (a, b) = (table.plan.entries[first.entry], table.plan.entries[second.entry])
        return first.service == second.service && first.line == second.line
            && a.endpoint.transport == b.endpoint.transport
            && a.endpoint.address == b.endpoint.address
            && a.endpoint.port != .max && a.endpoint.port + 1 == b.endpoint.port
            && a.share == b.share && a.permanent == b.permanent
            && isGuarded(first.entry) == isGuarded(second.entry)
            && word(for: table.state(of: first.entry)) == word(for: table.state(of: second.entry))
            && refusal(of: first.entry) == refusal(of: second.entry)
            && haveSameHolder(first.entry, second.entry)
    }

    /// The record of reservations that are alike, the latest of them since `since`, in microseconds
    /// since 1970.
    ///
    /// Who has it is for the eyes of root and of the holder's own user, `uid`.
    borrowing func record(
        _ range: Range<Int>, since: Int, for uid: UInt32
    ) -> ReservationRecord {
        let reservation = table.plan.reservations[range.lowerBound]
        let entry = table.plan.entries[reservation.entry]
        let service = table.plan.services[reservation.service]
        let last = Int(entry.endpoint.port) + range.count - 1
        return ReservationRecord(
            service: service.name.text, transport: entry.endpoint.transport.text,
            address: entry.endpoint.address.text, port: Int(entry.endpoint.port),
            last: range.count > 1 ? last : nil,
            state: word(for: table.state(of: reservation.entry)),
            since: since, share: entry.share, permanent: entry.permanent,
            guarded: isGuarded(reservation.entry), reason: reason(reservation.entry),
            holder: holder(of: reservation.entry)?.told(to: uid), file: service.path,
            line: reservation.line)
    }

    /// The records of all reservations on `entries`, those that are alike as one, since `now`.
    borrowing func records(of entries: EntrySet, since now: Int) -> [ReservationRecord] {
        if entries.isEmpty { return [] }
        var records: [ReservationRecord] = []
        var first = 0
        let reservations = table.plan.reservations
        for next in 1...reservations.count {
            if next < reservations.count, areAlike(next - 1, next),
                entries.contains(reservations[next].entry)
                    == entries.contains(reservations[first].entry)
            {
                continue
            }
            if entries.contains(reservations[first].entry) {
                records.append(record(first..<next, since: now, for: 0))
            }
            first = next
        }
        return records
    }

    /// Whether a rule refuses others' binds.
    borrowing func isGuarded(_ entry: Int) -> Bool { table.admission(to: entry) != .everybody }

    /// Why no rule does, where one might; nil: that is plain, as without `--stay`.
    borrowing func whyUnguarded(_ entry: Int) -> Text? {
        if book == nil { return absence }
        switch table.keeping(of: entry) {
        case .shared: return "'share' lets servers come without a release"
        case .unguarded:
            let isRuled = !unruled.contains(table.claimant(of: entry))
            return isRuled ? "'unguarded' in \(unguardedPath(entry))" : whyUnruled
        case .guarded:
            let isReleased = table.state(of: entry).isReleased
            return isReleased ? "released by no unit of it" : "who has it is in no unit"
        case .once: return nil
        }
    }

    /// The file that says so; not every file that names a port need say it.
    private borrowing func unguardedPath(_ entry: Int) -> Text {
        let plan = table.plan
        let service = plan.services(claiming: entry).first { plan.services[$0].isUnguarded }
        return plan.services[service ?? table.claimant(of: entry)].path
    }

    private borrowing func reason(_ entry: Int) -> Text? {
        if case .timeWait? = holder(of: entry)?.means { return "TIME_WAIT, for a minute at most" }
        switch table.state(of: entry) {
        case .held, .released, .serving, .idle:
            return isGuarded(entry) ? nil : whyUnguarded(entry).map { "not guarded: \($0)" }
        case .planned: return "too few descriptors"
        case .busy, .failed, .binding:
            return refusal(of: entry).map { refusal in
                refusal == .tooManyOpenFiles ? "too few descriptors" : "bind: \(refusal)"
            }
        }
    }
}

/// The interface's word for a state; `binding` is none that anybody meets.
func word(for state: State) -> ReservationRecord.State {
    switch state {
    case .held: .held
    case .released: .released
    case .serving: .serving
    case .idle: .idle
    case .busy, .binding: .busy
    case .failed, .planned: .failed
    }
}
