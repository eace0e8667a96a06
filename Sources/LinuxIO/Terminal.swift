internal import CLinux
public import Text

/// What a person sits in front of: whether standard output is a terminal, how wide it is, and the
/// time of the day there.
public enum Terminal {
    /// Whether standard output is a terminal.
    public static var isStandardOutput: Bool { isatty(1) == 1 }

    /// The columns of the terminal that standard output is; nil where it is none, or where the
    /// terminal does not know.
    public static var columns: Int? {
        let columns = clinux_terminal_columns(1)
        return columns > 0 ? Int(columns) : nil
    }

    /// A moment as a clock on the wall here shows it: `2026-11-25 20:11:05`.
    ///
    /// Takes microseconds since 1970; the time zone is TZ's or the machine's.
    public static func localTime(microseconds: Int) -> Text {
        var seconds = microseconds / 1_000_000
        var parts = unsafe tm()
        guard unsafe localtime_r(&seconds, &parts) != nil else { return "" }
        var room = [CChar](repeating: 0, count: 64)
        var span = room.mutableSpan
        let count = unsafe span.withUnsafeMutableBufferPointer { room in
            guard let start = room.baseAddress else { return 0 }
            return unsafe strftime(start, room.count, "%Y-%m-%d %H:%M:%S", &parts)
        }
        return Text(room.prefix(count).map { UInt8(bitPattern: $0) })
    }
}
