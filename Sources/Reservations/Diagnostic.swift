public import Text

/// Something wrong in what was read, where it is and what follows.
public struct Diagnostic: Equatable, Writable {
    /// The path of the file or directory.
    public let path: Text
    /// 1 is the first; 0 means the whole file.
    public let line: Int
    /// In bytes, 1 is the first; 0 means the whole line.
    let column: Int
    /// What is wrong, why, and what follows.
    let problem: Text

    /// Says what is wrong with a line.
    public init(_ path: Text, line: Int, column: Int, _ problem: Text) {
        assert(line >= 0 && column >= 0, "0 is the whole")
        assert(line > 0 || column == 0, "a column is some line's")
        self.path = path
        self.line = line
        self.column = column
        self.problem = problem
    }

    /// Says what is wrong with a whole file or directory.
    public init(_ path: Text, _ problem: Text) {
        self.init(path, line: 0, column: 0, problem)
    }

    /// `PATH:LINE:COLUMN: PROBLEM`, as compilers write it.
    public var text: Text {
        let path = Text.printable(path.bytes[...], most: Limits.pathBytesMax)
        if line == 0 { return "\(path): \(problem)" }
        if column == 0 { return "\(path):\(line): \(problem)" }
        return "\(path):\(line):\(column): \(problem)"
    }
}

/// The diagnostics of one file, the first of them whole and the rest counted.
struct DiagnosticList {
    let path: Text
    private var list: [Diagnostic] = []
    private var uncounted = 0

    init(path: Text) { self.path = path }

    @inline(never)
    mutating func say(line: Int, column: Int, _ problem: Text) {
        if list.count < Limits.diagnosticsPerFileMax {
            list.append(Diagnostic(path, line: line, column: column, problem))
        } else {
            uncounted += 1
        }
    }

    /// In the order of the file.
    var all: [Diagnostic] {
        // A line is at most as long as its file, which is far below 4 GB.
        let places = order(of: self.list.map { $0.line << 32 | $0.column })
        let list = places.map { self.list[$0] }
        assert(list.count <= Limits.diagnosticsPerFileMax, "the rest is counted")
        if uncounted == 0 { return list }
        let rest = counted(uncounted, "more wrong line is", "more wrong lines are")
        return list + [Diagnostic(path, "\(rest) ignored, and not told")]
    }
}
