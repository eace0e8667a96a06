/// What a cell's colour tells.
enum Tone: Equatable {
    case plain
    case good
    case notable
    case bad
    case faint

    /// The number of ECMA-48's SGR sequence, nil for none.
    fileprivate var number: Int? {
        switch self {
        case .plain: nil
        case .good: 32
        case .notable: 33
        case .bad: 31
        case .faint: 2
        }
    }
}

/// One field of a table; it holds no control character.
struct Cell: Equatable {
    let text: String
    let tone: Tone

    init(_ text: String, _ tone: Tone = .plain) {
        self.text = text
        self.tone = tone
    }
}

/// What lines are made for.
struct Paper: Equatable {
    /// The width of a line, nil where it may have any.
    let columns: Int?
    let isColoured: Bool
}

/// A column of a table.
struct Column {
    let heading: String
    /// How much it keeps for itself where a line does not fit.
    let widthMax: Int?

    init(_ heading: String, widthMax: Int? = nil) {
        self.heading = heading
        self.widthMax = widthMax
    }
}

/// A table that fits its paper: a column that is too wide is cut first, then the last column, which
/// is left out where a cut would leave nothing to read.
struct Table {
    private let columns: [Column]
    /// The widest of each column so far; 0 is a column with nothing in it.
    private var widths: [Int]

    /// Begins with the headings, which count for the widths where they are shown.
    init(_ columns: [Column], hasLegend: Bool) {
        self.columns = columns
        widths = columns.map { hasLegend ? $0.heading.count : 0 }
    }

    /// Makes room for a row.
    mutating func widen(for row: [Cell]) {
        for (column, cell) in row.enumerated() where widths[column] < cell.text.count {
            widths[column] = cell.text.count
        }
    }

    /// The line of headings.
    func legend(on paper: Paper) -> String { line(columns.map { Cell($0.heading) }, on: paper) }

    /// The line of a row.
    func line(_ row: [Cell], on paper: Paper) -> String {
        let widths = fitted(to: paper.columns)
        let lastUsed = row.indices.last { $0 < widths.count && !row[$0].text.isEmpty } ?? 0
        var line = ""
        for (column, cell) in row.enumerated().prefix(lastUsed + 1) {
            let text = cut(cell.text, to: widths[column])
            line += paper.isColoured ? coloured(text, cell.tone) : text
            if column < lastUsed {
                line += String(repeating: " ", count: widths[column] - text.count + gap)
            }
        }
        return line
    }

    /// The widths of the columns that fit.
    private func fitted(to width: Int?) -> [Int] {
        guard let width else { return widths }
        var fitting = widths
        for (index, column) in columns.enumerated() {
            guard let most = column.widthMax, fitting[index] > most else { continue }
            fitting[index] = max(fitting[index] - max(excess(fitting, over: width), 0), most)
        }
        while let last = fitting.last {
            let excess = excess(fitting, over: width)
            if excess <= 0 { break }
            let least = fitting.count == 1 ? 1 : min(last, widthMin)
            fitting.removeLast()
            if last - excess >= least { return fitting + [last - excess] }
        }
        return fitting.isEmpty ? [max(width, 1)] : fitting
    }
}

/// How much wider a line of columns is than `width`.
private func excess(_ widths: [Int], over width: Int) -> Int {
    widths.reduce(0, +) + (widths.count - 1) * gap - width
}

private let gap = 2
/// A column is not cut to less.
private let widthMin = 8

private func cut(_ text: String, to width: Int) -> String {
    if text.count <= width { return text }
    return width > 1 ? text.prefix(width - 1) + "…" : String(text.prefix(width))
}

private func coloured(_ text: String, _ tone: Tone) -> String {
    guard let number = tone.number, !text.isEmpty else { return text }
    return "\u{1b}[\(number)m\(text)\u{1b}[0m"
}
