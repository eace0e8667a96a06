internal import CLinux
public import Text

/// One name in a directory, and what the directory itself says of it.
public struct DirectoryEntry {
    /// The name as it is; it need not be UTF-8.
    public let name: Text
    /// What it is where that is plain; nil where one has to look (a link, a device, or no word).
    public let kind: FileKind?
}

extension Descriptor {
    /// The names in this directory that `isWanted`, in its own order, `.` and `..` left out.
    ///
    /// `most` at the most; one more than that is returned where there are more.
    public borrowing func entries(
        most: Int, where isWanted: (Text) -> Bool
    ) throws(Errno) -> [DirectoryEntry] {
        var entries: [DirectoryEntry] = []
        var records = [UInt8](repeating: 0, count: directoryBufferBytes)
        while entries.count <= most {
            var span = records.mutableSpan
            let count = try unsafe span.withUnsafeMutableBytes { room throws(Errno) in
                try ask { unsafe clinux_getdents64(number, room.baseAddress, room.count) }
            }
            if count == 0 { break }
            var position = 0
            while position < count, entries.count <= most {
                let size =
                    Int(records[position + clinux_dirent_size_offset])
                    | Int(records[position + clinux_dirent_size_offset + 1]) << 8
                if let entry = entry(of: records[position..<position + size]),
                    isWanted(entry.name)
                {
                    entries.append(entry)
                }
                position += size
            }
        }
        return entries
    }
}

extension Descriptor {
    /// What an entry of this directory leads to, links followed; asks only where that is not plain.
    public borrowing func kind(of entry: DirectoryEntry) throws(Errno) -> FileKind {
        if let kind = entry.kind { return kind }
        return try kind(of: Path(entry.name))
    }
}

private let directoryBufferBytes = 32_768

private func entry(of record: ArraySlice<UInt8>) -> DirectoryEntry? {
    let start = record.startIndex
    let name = Text(record[(start + clinux_dirent_name_offset)...].prefix { $0 != 0 })
    let isSelfOrParent = name == "." || name == ".."
    if isSelfOrParent { return nil }
    let kind: FileKind? =
        switch UInt32(record[start + clinux_dirent_type_offset]) {
        case UInt32(DT_REG): .regular
        case UInt32(DT_DIR): .directory
        case UInt32(DT_LNK), UInt32(DT_CHR), UInt32(DT_UNKNOWN): nil
        case _: .other
        }
    return DirectoryEntry(name: name, kind: kind)
}
