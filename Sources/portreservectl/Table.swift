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
    /// The width of a line.
    let columns: Int
    let isColoured: Bool
}

/// A table that fits its paper: the last column is cut first, and left out where a cut would leave
/// nothing to read.
struct Table {
    private let headings: [String]
    /// The widest of each column so far; 0 is a column with nothing in it.
    private var widths: [Int]

    /// Begins with the headings, which count for the widths where they are shown.
    init(_ headings: [String], hasLegend: Bool) {
        self.headings = headings
        widths = headings.map { hasLegend ? $0.count : 0 }
    }

    /// Makes room for a row.
    mutating func widen(for row: [Cell]) {
        for (column, cell) in row.enumerated() where widths[column] < cell.text.count {
            widths[column] = cell.text.count
        }
    }

    /// The line of headings.
    func legend(on paper: Paper) -> String { line(headings.map { Cell($0) }, on: paper) }

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
    private func fitted(to columns: Int) -> [Int] {
        var fitting = widths
        while let last = fitting.last {
            let excess = fitting.reduce(0, +) + (fitting.count - 1) * gap - columns
            if excess <= 0 { break }
            let least = fitting.count == 1 ? 1 : min(last, widthMin)
            fitting.removeLast()
            if last - excess >= least { return fitting + [last - excess] }
        }
        return fitting.isEmpty ? [max(columns, 1)] : fitting
    }
}

private let gap = 2
/// A column is not cut to less.
private let widthMin = 8

private func cut(_ text: String, to width: Int) -> String {
    if text.count <= width { return text }
    let dots = width >= widthMin ? "..." : ""
    return text.prefix(width - dots.count) + dots
}

private func coloured(_ text: String, _ tone: Tone) -> String {
    guard let number = tone.number, !text.isEmpty else { return text }
    return "\u{1b}[\(number)m\(text)\u{1b}[0m"
}
