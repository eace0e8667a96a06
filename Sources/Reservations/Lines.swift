/// The lines of a file one by one, with what stands before a `#` cut into fields.
struct Lines: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position: Int
    private var number = 0

    /// Begins at the first line; a byte order mark is no part of it.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
    }

    struct Line {
        /// 1 is the first.
        let number: Int
        /// All of it, the comment too, without its newline.
        let whole: Range<Int>
        /// The words before the comment, by where they stand in the file.
        let fields: [Range<Int>]

        /// The column of `field`, in bytes; 1 is the first.
        func column(of field: Range<Int>) -> Int {
            assert(whole.contains(field.lowerBound), "a field of another line")
            return field.lowerBound - whole.lowerBound + 1
        }
    }

    mutating func next() -> Line? {
        if position >= bytes.count { return nil }
        let start = position
        let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        assert(end >= position, "a line does not end before it begins")
        position = end + 1
        number += 1
        return Line(number: number, whole: start..<end, fields: fields(in: start..<end))
    }

    private func fields(in line: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start: Int?
        for index in line {
            let byte = bytes[index]
            if byte == UInt8(ascii: "#") {
                if let start { fields.append(start..<index) }
                return fields
            }
            if !isBlank(byte) {
                if start == nil { start = index }
            } else if let begun = start {
                fields.append(begun..<index)
                start = nil
            }
        }
        if let start { fields.append(start..<line.upperBound) }
        return fields
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
