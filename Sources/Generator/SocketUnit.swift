internal import Reservations
internal import Text

/// Where a socket unit listens.
struct Listened: Equatable {
    let transport: TransportProtocol
    let address: Address
    let port: UInt16
}

/// What a socket unit's files say of ports, systemd.socket(5).
struct SocketUnit {
    let name: UnitName
    private(set) var listened: [Listened] = []
    /// Whether each connection has an instance of a service of its own.
    private(set) var isAccepting = false
    private var named: UnitName?
    private var isOtherProtocol = false

    init(_ name: UnitName) { self.name = name }

    /// The service that it starts; the template, where that has instances.
    var service: UnitName {
        if let named { return named }
        let service = name.with(type: "service")
        return isAccepting ? service.template : service
    }

    /// The ports of TCP and UDP among what it listens on.
    var ports: [Listened] { isOtherProtocol ? [] : listened }

    /// Reads a file of the unit, the first one before its drop-ins.
    mutating func take(_ file: [UInt8]) {
        var isInSection = false
        for line in unitFileLines(file) {
            if line.first == UInt8(ascii: "[") {
                isInSection = Text(line) == "[Socket]"
                continue
            }
            guard isInSection, let mark = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = Text(trimmed(line[..<mark]))
            take(key, trimmed(line[(mark + 1)...]))
        }
    }

    private mutating func take(_ key: Text, _ value: ArraySlice<UInt8>) {
        switch key {
        case "ListenStream": listen(.tcp, value)
        case "ListenDatagram": listen(.udp, value)
        case "Accept": isAccepting = isTrue(Text(value))
        case "Service": named = value.isEmpty ? nil : UnitName(Text(value))
        // MPTCP has TCP's ports.
        case "SocketProtocol": isOtherProtocol = !value.isEmpty && Text(value) != "mptcp"
        // Any of these that is empty takes back all of them.
        case _ where key.bytes.starts(with: listenKey.bytes) && value.isEmpty: listened = []
        case _: break
        }
    }

    private mutating func listen(_ transport: TransportProtocol, _ value: ArraySlice<UInt8>) {
        if value.isEmpty {
            listened = []
        } else if let (address, port) = internetAddress(value) {
            listened.append(Listened(transport: transport, address: address, port: port))
        }
    }
}

private let listenKey: Text = "Listen"

/// `PORT`, `ADDRESS:PORT` or `[ADDRESS]:PORT`, an interface behind it; nil for anything else, such
/// as a path, or a specifier, whose value only systemd knows.
private func internetAddress(_ value: ArraySlice<UInt8>) -> (Address, port: UInt16)? {
    let percent = UInt8(ascii: "%")
    let end = value.firstIndex(of: percent) ?? value.endIndex
    // `%%` is a plain percent sign, and what follows it the interface.
    if end != value.endIndex, !value[end...].starts(with: [percent, percent]) { return nil }
    let value = value[..<end]
    guard let mark = value.lastIndex(of: UInt8(ascii: ":")) else {
        return portNumber(value).map { (.any, $0) }
    }
    let host = value[..<mark]
    let isBracketed = host.first == UInt8(ascii: "[") && host.last == UInt8(ascii: "]")
    let address = isBracketed ? Address(ipv6: host.dropFirst().dropLast()) : Address(ipv4: host)
    guard let address, let port = portNumber(value[(mark + 1)...]) else { return nil }
    return (address.isWildcard ? .any : address, port)
}

private func portNumber(_ digits: ArraySlice<UInt8>) -> UInt16? {
    guard let number = decimal(digits), number > 0 else { return nil }
    return UInt16(exactly: number)
}

/// As systemd reads a boolean, in capital or small letters.
private func isTrue(_ word: Text) -> Bool {
    let words: [Text] = ["1", "yes", "y", "true", "t", "on"]
    let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
    return words.contains(Text(word.bytes.map { capitals.contains($0) ? $0 | 0x20 : $0 }))
}

/// The lines of a unit file that say something, trimmed, those that a `\` continues as one.
func unitFileLines(_ file: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var begun: [UInt8] = []
    let mark: [UInt8] = [0xef, 0xbb, 0xbf]
    let text = file[...].dropFirst(file.starts(with: mark) ? mark.count : 0)
    for line in parts(of: text, between: UInt8(ascii: "\n")) {
        let content = line.drop { isBlank($0) }
        // Inside of a continued line a comment is left out too, and does not end it.
        let isComment = content.first == UInt8(ascii: "#") || content.first == UInt8(ascii: ";")
        if isComment { continue }
        let slashes = content.reversed().prefix { $0 == UInt8(ascii: "\\") }.count
        if slashes % 2 == 1 {
            begun += content.dropLast() + [UInt8(ascii: " ")]
            continue
        }
        let whole = trimmed((begun + content)[...])
        begun = []
        if !whole.isEmpty { lines.append(whole) }
    }
    let rest = trimmed(begun[...])
    return rest.isEmpty ? lines : lines + [rest]
}

private func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var text = text.drop { isBlank($0) }
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}
