internal import Control
internal import Text

/// The columns of a table of reservations; a name and a path may have any length.
func reservationColumns(hasReasons: Bool) -> [Column] {
    let columns = [
        Column("SERVICE", widthMax: 24), Column("ENDPOINT"), Column("STATE"), Column("SINCE"),
        Column("FILE", widthMax: 40),
    ]
    return hasReasons ? columns + [Column("REASON")] : columns
}

extension ReservationRecord {
    /// The row of a table; `since` is what that column shows.
    func row(since: String, hasReasons: Bool) -> [Cell] {
        let cells = [
            Cell(fit(service)), Cell(fit(endpoint)), Cell("\(state.text)", state.tone),
            Cell(since), Cell(fit("\(file):\(line)")),
        ]
        return hasReasons ? cells + [Cell(fit(remark ?? ""))] : cells
    }

    /// Who has it, where we may know that, else why it is not held.
    var remark: Text? {
        guard let holder else { return reason }
        if holder.isKernels { return "a socket of the kernel" }
        guard let command = holder.command, let pid = holder.pid else { return reason }
        let unit: Text = holder.unit.map { ", \($0)" } ?? ""
        return "\(command) (pid \(pid)\(unit))"
    }

    /// How many ports it tells of.
    var portCount: Int { (last ?? port) - port + 1 }

    /// `631/tcp`, `127.0.0.1:5432/tcp`, `[::1]:7000-7050/udp`.
    var endpoint: Text {
        let ports: Text = last.map { "\(port)-\($0)/\(transport)" } ?? "\(port)/\(transport)"
        if address == "*" { return ports }
        let isIPv6 = address.bytes.contains(UInt8(ascii: ":"))
        return isIPv6 ? "[\(address)]:\(ports)" : "\(address):\(ports)"
    }

    /// Whether somebody should look after it.
    var isWrong: Bool {
        switch state {
        case .held, .released, .serving, .idle: false
        case .busy, .failed: true
        }
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
private func fit(_ text: Text) -> String {
    "\(Text.printable(text.bytes[...], most: cellBytesMax))"
}

/// A path is no longer, PATH_MAX.
private let cellBytesMax = 4_096
