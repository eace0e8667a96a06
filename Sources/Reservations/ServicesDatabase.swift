public import Text

/// The names of /etc/services, services(5): which port a name means for each protocol.
///
/// As in libc the first line that has a name, or an alias, decides for its protocol.
public struct ServicesDatabase {
    /// Where the names come from, for messages.
    public let path: Text
    /// What is malformed; the rest counts.
    public let diagnostics: [Diagnostic]
    private let bytes: [UInt8]
    private var entries: [Entry] = []
    /// The first entry of each hash; its others follow by `next`.
    private var heads: [Int32]

    private struct Entry {
        let name: Range<Int>
        let transport: TransportProtocol
        let port: UInt16
        var next: Int32 = -1
    }

    /// Reads `bytes`, the contents of `path`.
    @inline(never)
    public init(_ bytes: [UInt8], path: Text) {
        self.path = path
        self.bytes = bytes
        var problems = DiagnosticList(path: path)
        for line in Lines(bytes) {
            let fields = line.fields
            guard let name = fields.first else { continue }
            guard fields.count > 1, let place = portAndProtocol(bytes[fields[1]]) else {
                let word = Text.quoted(bytes[fields.count > 1 ? fields[1] : name])
                problems.say(
                    line: line.number, column: line.column(of: name),
                    "\(word): not 'name port/protocol', ignoring this line")
                continue
            }
            guard case .ours(let transport, let port) = place else { continue }
            for name in [name] + fields[2...] {
                entries.append(Entry(name: name, transport: transport, port: port))
            }
        }
        diagnostics = problems.all
        heads = []
        index()
    }

    private mutating func index() {
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        assert(size & (size - 1) == 0, "a hash is cut to a power of two")
        heads = Array(repeating: -1, count: size)
        // The last entry first, so that a chain begins with the first line.
        for number in entries.indices.reversed() {
            let place = Int(hash(bytes[entries[number].name]) & UInt64(size - 1))
            entries[number].next = heads[place]
            heads[place] = Int32(number)
        }
    }

    /// The port that `name` means for `transport`, nil when it is not named for it.
    public func port(of name: Text, _ transport: TransportProtocol) -> UInt16? {
        let wanted = name.bytes
        assert(!heads.isEmpty, "an empty database has heads too")
        var number = heads[Int(hash(wanted[...]) & UInt64(heads.count - 1))]
        while number >= 0 {
            let entry = entries[Int(number)]
            if entry.transport == transport, bytes[entry.name].elementsEqual(wanted) {
                return entry.port
            }
            number = entry.next
        }
        return nil
    }
}

private enum Listed {
    case ours(TransportProtocol, UInt16)
    /// A protocol without holds, or port 0, which IANA's list has.
    case foreign
}

private func portAndProtocol(_ field: ArraySlice<UInt8>) -> Listed? {
    guard let slash = field.firstIndex(of: UInt8(ascii: "/")), slash + 1 < field.endIndex,
        let number = decimal(field[..<slash]), let port = UInt16(exactly: number)
    else { return nil }
    guard port != 0, let transport = TransportProtocol(field[(slash + 1)...]) else {
        return .foreign
    }
    return .ours(transport, port)
}

/// FNV-1a; the files are root's, so nobody picks names that collide.
func hash(_ name: ArraySlice<UInt8>) -> UInt64 {
    name.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
}
