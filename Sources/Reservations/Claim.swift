public import Text

/// The ports of a claim.
public enum Ports: Equatable {
    case numbered(ClosedRange<UInt16>)
    /// A name of the services database.
    case named(Text)
}

/// One line that asks for endpoints, as it is written.
public struct Claim {
    /// The address that is written, or all of them.
    public let address: Address
    /// The ports, by number or by name.
    public let ports: Ports
    /// nil: every protocol that the name has, or both for a number.
    public let transport: TransportProtocol?
    /// A server with SO_REUSEADDR may bind beside the hold.
    public let share: Bool
    /// Nobody's: only a release by this service's own name reaches it.
    public let permanent: Bool
    /// The line where it stands; 1 is the first.
    public let line: Int
    /// Where its word begins, in bytes; 1 is the first.
    let column: Int
    /// Where the word stands in the file.
    let range: Range<Int>

    /// Reads the word at `range`: `[ADDRESS:]PORT[-PORT][/PROTOCOL]`.
    init(
        at range: Range<Int>, of bytes: [UInt8], line: Int, column: Int, _ options: ClaimOptions
    ) throws(WrongWord) {
        assert(!range.isEmpty, "a word is not empty")
        let word = bytes[range]
        let slash = word.firstIndex(of: UInt8(ascii: "/")) ?? word.endIndex
        let (address, ports) = try splitAddress(word[..<slash], in: range)
        self.address = address
        self.ports = try readPorts(ports, in: range)
        transport = try readProtocol(word[slash...], in: range)
        share = options.share
        permanent = options.permanent
        self.line = line
        self.column = column
        self.range = range
    }

}

extension Claim {
    /// Asks for what a service had before its file went wrong.
    init(retaining old: Retained) {
        address = old.endpoint.address
        ports = .numbered(old.endpoint.port...old.endpoint.port)
        transport = old.endpoint.transport
        share = old.share
        permanent = old.permanent
        line = old.line
        column = 1
        range = 0..<0
    }
}

/// `word` is empty or begins with the slash.
private func readProtocol(
    _ word: ArraySlice<UInt8>, in range: Range<Int>
) throws(WrongWord) -> TransportProtocol? {
    if word.isEmpty { return nil }
    let name = word.dropFirst()
    if name.isEmpty { throw WrongWord(range, "no protocol after the '/'") }
    if name.contains(UInt8(ascii: "/")) { throw WrongWord(range, "more than one protocol") }
    guard let transport = TransportProtocol(name) else {
        throw WrongWord(range, "no such protocol")
    }
    return transport
}

private func splitAddress(
    _ word: ArraySlice<UInt8>, in range: Range<Int>
) throws(WrongWord) -> (Address, ports: ArraySlice<UInt8>) {
    let colon = UInt8(ascii: ":")
    guard let mark = word.lastIndex(of: colon) else { return (.any, word) }
    var text = word[..<mark]
    let isBracketed = text.first == UInt8(ascii: "[")
    if isBracketed {
        guard text.last == UInt8(ascii: "]") else {
            throw WrongWord(range, "an IPv6 address is written [::1]:631")
        }
        text = text.dropFirst().dropLast()
        if text.contains(UInt8(ascii: "%")) {
            throw WrongWord(range, "an address with a zone cannot be held")
        }
    }
    guard let address = isBracketed ? Address(ipv6: text) : Address(ipv4: text) else {
        let isBareIPv6 = !isBracketed && text.contains(colon)
        let why: Text = isBareIPv6 ? "an IPv6 address is written [::1]:631" : "no such address"
        throw WrongWord(range, why)
    }
    if address.isWildcard {
        throw WrongWord(range, "the port alone means every address of both families")
    }
    if address.isLinkLocal {
        throw WrongWord(range, "an address of one link needs a zone, and cannot be held")
    }
    if address.isMappedIPv4 { throw WrongWord(range, "an IPv4 address is written 127.0.0.1:631") }
    return (address, word[(mark + 1)...])
}

private func readPorts(
    _ word: ArraySlice<UInt8>, in range: Range<Int>
) throws(WrongWord) -> Ports {
    if word.isEmpty { throw WrongWord(range, "no port") }
    if isDigits(word) {
        let port = try readPort(word, in: range)
        return .numbered(port...port)
    }
    if let dash = word.firstIndex(of: UInt8(ascii: "-")), isDigits(word[..<dash]),
        isDigits(word[(dash + 1)...])
    {
        let first = try readPort(word[..<dash], in: range)
        let last = try readPort(word[(dash + 1)...], in: range)
        if last < first { throw WrongWord(range, "the range ends before it begins") }
        return .numbered(first...last)
    }
    if word.count > Limits.nameBytesMax {
        throw WrongWord(range, "a name has at most \(Limits.nameBytesMax) bytes")
    }
    return .named(Text(word))
}

private func readPort(
    _ digits: ArraySlice<UInt8>, in range: Range<Int>
) throws(WrongWord) -> UInt16 {
    guard let number = decimal(digits), let port = UInt16(exactly: number), port != 0 else {
        throw WrongWord(range, "a port is a number from 1 to 65535")
    }
    return port
}
