internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// The ports that the kernel gives to nobody who asks for any, as far as that is our doing.
///
/// What is ours stands in a file before it stands in the kernel's list, so that after a crash the
/// next daemon takes out ours alone. What somebody else had reserved before is never ours.
struct ReservedPorts {
    private let file: Path
    private let fresh: Path
    /// What is in the file.
    private var saved: PortRanges
    /// What is in the list by our doing, or may be.
    private var ours: PortRanges
    /// Whether all of ours was in the list when it was last looked at.
    private var isWhole = false

    /// Takes over what a daemon that was killed has left.
    init(_ places: Places) {
        file = Path(places.reservedPorts)
        fresh = Path(places.reservedPorts + ".new")
        let text = (try? open(file, .read).readAll(most: ReservedList.bytesMax)) ?? []
        saved = PortRanges(text[...]) ?? .none
        ours = saved
        try? removeFile(fresh)
    }

    /// Whether nothing is to be done, or undone.
    var isEmpty: Bool { saved.isEmpty && ours.isEmpty }

    /// Reserves those of `ports` that the kernel gives away by itself, and none any more that is
    /// ours and not among them; says whether some had not been reserved.
    ///
    /// So it sets right what others have changed: the list, or the span of what is given away.
    @inline(never)
    @discardableResult
    mutating func keep(_ wanted: PortRanges) throws(Errno) -> Bool {
        let listed = try ReservedList.ports()
        // Who took some of ours out has written the list anew, so all that is in it is theirs.
        if isWhole, !ours.subtracting(listed).isEmpty { ours = .none }
        isWhole = false
        let others = listed.subtracting(ours)
        let span = wanted.isEmpty ? PortRanges.none : try ReservedList.automaticPorts()
        let next = wanted.intersection(span).subtracting(others)
        let gone = ours.subtracting(next).intersection(listed)
        ours = ours.union(next)
        try save(ours)
        let missing = next.subtracting(listed)
        try ReservedList.add(missing)
        if !gone.isEmpty { try ReservedList.replace(by: ReservedList.ports().subtracting(gone)) }
        ours = next
        try save(ours)
        isWhole = true
        return !missing.isEmpty
    }

    /// Takes out what is ours.
    mutating func giveBack() throws(Errno) { try keep(.none) }

    /// Has the file name these; who is killed meanwhile leaves the old one or the new one.
    @inline(never)
    private mutating func save(_ ports: PortRanges) throws(Errno) {
        if ports == saved { return }
        if ports.isEmpty {
            try removeFile(file)
        } else {
            var rest = ports.pieces(most: ReservedList.bytesMax)[0].bytes[...]
            try removeFile(fresh)
            let descriptor = try open(fresh, .readWriteCreating(mode: 0o644))
            while !rest.isEmpty { rest = rest.dropFirst(try descriptor.write(Array(rest).span)) }
            try fresh.rename(to: file)
        }
        saved = ports
    }
}

/// News of whoever writes to that list, or to the span of what is given away by itself.
///
/// Linux: a write through another mount of proc is not told, nor one after the kernel has dropped
/// its memory of the file.
struct ReservedWatch: ~Copyable {
    /// nil: there is no more room for one; then a look each minute has to do.
    private let descriptor: Descriptor?

    init() { descriptor = try? .inotify() }

    /// Begins to be told of in `events`.
    borrowing func join(_ events: borrowing Events, token: UInt64) throws(Errno) {
        switch descriptor {
        case .none: return
        case .some(let descriptor): try events.add(descriptor, token: token)
        }
    }

    /// Watches, as often as it is asked for, and forgets what was told.
    borrowing func begin() {
        switch descriptor {
        case .none: return
        case .some(let descriptor):
            _ = try? descriptor.watchChanges(of: ReservedList.path)
            _ = try? descriptor.watchChanges(of: ReservedList.spanPath)
            while let some = try? descriptor.nextNotices(), !some.isEmpty {}
        }
    }
}

/// The list of this network namespace: Documentation/networking/ip-sysctl.rst of the kernel.
private enum ReservedList {
    /// All ports but every second one, each with a comma, and then some.
    static let bytesMax = 262_144
    /// Linux: one write takes a page less one byte, of which one is the line's end.
    private static let writeBytesMax = 4_094
    static var path: Path { "/proc/sys/net/ipv4/ip_local_reserved_ports" }
    static var spanPath: Path { "/proc/sys/net/ipv4/ip_local_port_range" }

    /// What is in it.
    static func ports() throws(Errno) -> PortRanges {
        // Linux: the list is given by the first read alone, cut to its length.
        let text = try open(path, .read).readOnce(most: bytesMax)
        guard text.count < bytesMax, let ports = PortRanges(text[...]) else {
            throw .invalidArgument
        }
        return ports
    }

    /// The ports that the kernel gives away by itself, listed or not.
    static func automaticPorts() throws(Errno) -> PortRanges {
        let text = try open(spanPath, .read).readOnce(most: 64)
        let line = text.prefix { $0 != UInt8(ascii: "\n") }
        let ends = words(of: line, between: UInt8(ascii: "\t")).compactMap {
            decimal($0).flatMap { UInt16(exactly: $0) }
        }
        guard ends.count == 2, ends[0] <= ends[1] else { throw .invalidArgument }
        return PortRanges([ends[0]...ends[1]])
    }

    /// Adds ports to it.
    static func add(_ ports: PortRanges) throws(Errno) {
        if ports.isEmpty { return }
        try write(ports.pieces(most: writeBytesMax)[...], to: open(path, .readWrite))
    }

    /// Makes these the whole list; what does not fit one write is added at once.
    static func replace(by ports: PortRanges) throws(Errno) {
        let list = try open(path, .readWrite)
        let pieces = ports.pieces(most: writeBytesMax)
        try list.write(lineOf(pieces[0]), at: 0)
        try write(pieces.dropFirst(), to: list)
    }

    /// Linux: a write at the start replaces the list, one at any other offset is added to it.
    private static func write(
        _ pieces: ArraySlice<Text>, to list: borrowing Descriptor
    ) throws(Errno) {
        for piece in pieces { try list.write(lineOf(piece), at: 1) }
    }

    private static func lineOf(_ piece: Text) -> [UInt8] { piece.bytes + [UInt8(ascii: "\n")] }
}
