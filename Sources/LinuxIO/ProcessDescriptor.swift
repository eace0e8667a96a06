internal import CLinux
internal import Text

extension Descriptor {
    /// Stands for the process `pid`, and can be read once it has ended, a zombie included.
    ///
    /// Throws `.noProcess` where there is none.
    public static func process(_ pid: Int32) throws(Errno) -> Descriptor {
        Descriptor(owning: try ask { clinux_pidfd_open(pid) })
    }

    /// The next names in this directory that are numbers, as in /proc; nil at its end.
    ///
    /// One buffer's worth; none of many names may be a number.
    public borrowing func nextNumbers() throws(Errno) -> [Int32]? {
        let number = number
        var records = [UInt8](repeating: 0, count: numbersBufferBytes)
        var span = records.mutableSpan
        let count = try unsafe span.withUnsafeMutableBytes { room throws(Errno) in
            try ask { unsafe clinux_getdents64(number, room.baseAddress, room.count) }
        }
        return count == 0 ? nil : numbers(in: records[..<count])
    }

    /// The inode of the socket that file `number` of this directory /proc/PID/fd is, nil for others.
    ///
    /// Throws `.noEntry` where it is closed, `.accessDenied` where the process is none of ours. Only
    /// the link is read: to look at the file itself could wait for a dead file server.
    public borrowing func socketInode(ofFile file: Int32) throws(Errno) -> UInt32? {
        inode(ofSocketLink: try linkTarget(Path(Text(decimal: Int(file))), most: 32))
    }
}

private let numbersBufferBytes = 4_096

/// The names that are numbers in what getdents64 gave.
private func numbers(in records: ArraySlice<UInt8>) -> [Int32] {
    var numbers: [Int32] = []
    var rest = records
    while let size = load(UInt16.self, from: rest.dropFirst(Int(clinux_dirent_size_offset))) {
        let name = rest.prefix(Int(size)).dropFirst(Int(clinux_dirent_name_offset))
        if let number = decimal(name.prefix { $0 != 0 }) { numbers.append(Int32(number)) }
        rest = rest.dropFirst(Int(size))
    }
    return numbers
}

/// `socket:[4026]` is 4026, and whatever else is nil.
func inode(ofSocketLink target: [UInt8]) -> UInt32? {
    let prefix = Text("socket:[").bytes
    guard target.starts(with: prefix), target.last == UInt8(ascii: "]") else { return nil }
    let digits = target.dropFirst(prefix.count).dropLast()
    guard isDigits(digits) else { return nil }
    var inode: UInt32 = 0
    for digit in digits {
        let (tens, isTooMuch) = inode.multipliedReportingOverflow(by: 10)
        let (sum, isOver) = tens.addingReportingOverflow(UInt32(digit - UInt8(ascii: "0")))
        if isTooMuch || isOver { return nil }
        inode = sum
    }
    return inode
}

extension FileIdentity {
    /// The number of the file within its file system.
    public var inodeNumber: UInt64 { inode }
}
