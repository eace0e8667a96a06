internal import Control
internal import Text

/// What a table of reservations has beside the columns that are always there.
struct ReservationColumns {
    var hasGuarded = false
    var hasReasons = false

    /// The headings; a name and a path may have any length.
    var headings: [Column] {
        var columns = [
            Column("SERVICE", widthMax: 24), Column("ENDPOINT"), Column("STATE"), Column("SINCE"),
            Column("FILE", widthMax: 40),
        ]
        if hasGuarded { columns.insert(Column("GUARDED"), at: 3) }
        if hasReasons { columns.append(Column("REASON")) }
        return columns
    }
}

extension ReservationRecord {
    /// The row of a table; `since` is what that column shows.
    func row(since: String, _ columns: ReservationColumns) -> [Cell] {
        var cells = [
            Cell(fit(service)), Cell(fit(endpoint.text)), Cell("\(state.text)", state.tone),
            Cell(since), Cell(fit("\(file):\(line)")),
        ]
        if columns.hasGuarded {
            cells.insert(Cell(guarded ? "yes" : "no", guarded ? .plain : .faint), at: 3)
        }
        if columns.hasReasons { cells.append(Cell(fit(remark ?? ""))) }
        return cells
    }

    /// Who has it, where we may know that, else why it is not held, or else not guarded.
    var remark: Text? {
        if let holder, holder.isKernels { return "a socket of the kernel" }
        guard let holder, let command = holder.command, let pid = holder.pid else { return reason }
        let unit: Text = holder.unit.map { ", \($0)" } ?? ""
        return "\(command) (pid \(pid)\(unit))"
    }

    /// Why it is not guarded, where that is all there is to say of it.
    var whyUnguarded: Text? { guarded || isWrong ? nil : reason }

    /// The same without a reason.
    var withoutReason: ReservationRecord {
        ReservationRecord(
            service: service, transport: transport, address: address, port: port, last: last,
            state: state, since: since, share: share, permanent: permanent, guarded: guarded,
            reason: nil, holder: holder, file: file, line: line)
    }

    /// How many ports it tells of.
    var portCount: Int { (last ?? port) - port + 1 }

    /// Whether somebody should look after it.
    var isWrong: Bool {
        switch state {
        case .held, .released, .serving, .idle: false
        case .busy, .failed: true
        }
    }
}

extension EndpointRecord {
    /// `631/tcp`, `127.0.0.1:5432/tcp`, `[::1]:7000-7050/udp`.
    var text: Text {
        let ports: Text = last.map { "\(port)-\($0)/\(transport)" } ?? "\(port)/\(transport)"
        if address == "*" { return ports }
        let isIPv6 = address.bytes.contains(UInt8(ascii: ":"))
        return isIPv6 ? "[\(address)]:\(ports)" : "\(address):\(ports)"
    }
}

extension ReservationRecord.State {
    fileprivate var tone: Tone {
        switch self {
        case .held, .serving: .good
        case .released: .notable
        case .busy, .failed: .bad
        case .idle: .faint
        }
    }
}

/// What comes from outside, fit for a terminal.
func fit(_ text: Text) -> String {
    "\(Text.printable(text.bytes[...], most: cellBytesMax))"
}

/// A path is no longer, PATH_MAX.
private let cellBytesMax = 4_096
