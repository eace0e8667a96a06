/// One row of the configuration tables: files in, held endpoints and diagnostics out.
///
///     Row("an option that nobody knows", "ipp/tcp shar\n", says: "1:9 'shar'")
///
/// `holds` is what must be held, no more and no less. `says` is one entry a diagnostic:
/// `LINE:COLUMN`, several with `|` between them where a reader could point to either, then what
/// the line must contain. Files of other names, or more than one, go into `files`.

import Testing

struct Row: Sendable, CustomTestStringConvertible {
    static let etc = "/etc/portreserve/"
    static let usr = "/usr/lib/portreserve/"

    let claim: String
    /// By path.
    let files: [(path: String, text: [UInt8])]
    let holds: Set<String>
    let says: [Said]

    /// What one diagnostic must be.
    struct Said: Sendable {
        /// The prefixes of which it must have one: path, line and column.
        let places: [String]
        let word: String
    }

    var testDescription: String { claim }

    /// One file, /etc/portreserve/svc.
    init(_ claim: String, _ text: String, holds: String = "", says: String...) {
        self.init(claim, bytes: Array(text.utf8), holds: holds, says: says)
    }

    /// A wrong line, with a right one after it that must be held all the same.
    init(wrong line: String, _ claim: String, says: String) {
        self.init(
            "\(line.prefix(32).debugDescription) is \(claim)",
            bytes: Array("\(line)\n4009/tcp\n".utf8),
            holds: "4009/tcp", says: [says])
    }

    init(_ claim: String, bytes: [UInt8], holds: String = "", says: [String] = []) {
        self.init(
            claim, files: [Row.etc + "svc": bytes], holds: holds,
            says: says.map { "\(Row.etc)svc:\($0)" })
    }

    /// Several files by path; `says` begins with the path here.
    init(
        _ claim: String, files: KeyValuePairs<String, [UInt8]>, holds: String, says: [String] = []
    ) {
        self.claim = claim
        self.files = files.map { ($0.key, $0.value) }
        self.holds = Set(holds.split(separator: " ").map(String.init))
        self.says = says.map(Said.init)
    }

    init(_ claim: String, files: KeyValuePairs<String, String>, holds: String, says: String...) {
        self.claim = claim
        self.files = files.map { ($0.key, Array($0.value.utf8)) }
        self.holds = Set(holds.split(separator: " ").map(String.init))
        self.says = says.map(Said.init)
    }

    /// Every number that the files name, with its neighbours, and all that the names can mean.
    var probed: Set<UInt16> {
        var ports: Set<UInt16> = [9, 111, 389, 514, 631, 636, 694, 749, 750, 754, 953, 993, 995]
        for (_, text) in files {
            for digits in text.split(whereSeparator: { !(48...57).contains($0) }) {
                guard let port = UInt16(String(decoding: digits, as: UTF8.self)) else { continue }
                ports.formUnion([port &- 1, port, port &+ 1, port &+ 2])
            }
        }
        return ports.subtracting([0])
    }

    /// Puts the files into `room`.
    func write(in room: Room) {
        for (path, text) in files { room.write(path, bytes: text) }
    }

    /// Compares what a program has said with what it must say.
    func check(_ lines: [String], _ story: Comment) {
        let count = lines.count
        #expect(count == says.count, story)
        for said in says {
            let told = lines.filter { line in
                said.places.contains { line.hasPrefix("\($0): ") } && line.contains(said.word)
            }
            #expect(told.count == 1, "\(said): \(story)")
        }
        #expect(lines.allSatisfy { $0.contains("ignoring") }, story)
        #expect(lines.allSatisfy { !$0.utf8.contains { $0 < 32 || $0 == 127 } }, story)
    }
}

extension Row.Said {
    /// `PATH:1:1|1:6 'word'`.
    fileprivate init(_ text: String) {
        let (place, word) = text.cut(at: " ")
        let first = place.split(separator: "|").first.map(String.init) ?? ""
        let path = first.split(separator: ":").dropLast(2).joined(separator: ":")
        let others = place.split(separator: "|").dropFirst().map { "\(path):\($0)" }
        self.init(places: [first] + others, word: word)
    }
}

extension String {
    /// What stands before the first `mark`, and what after it.
    fileprivate func cut(at mark: Character) -> (String, String) {
        guard let place = firstIndex(of: mark) else { return (self, "") }
        return (String(self[..<place]), String(self[index(after: place)...]))
    }
}
