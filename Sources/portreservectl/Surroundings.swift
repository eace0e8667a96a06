internal import Generator
internal import LinuxIO
internal import Text

/// What a machine has that makes a configuration wise or not.
struct Surroundings {
    /// Its units; nil: it runs without systemd.
    var units: MachineUnits?
    /// The ports that bindresvport(3) spares; nil: there is no such list.
    var spared: Set<UInt16>?

    /// Knows of nothing.
    init() {}

    /// Looks at this machine.
    static func ofThisMachine() -> Surroundings {
        var surroundings = Surroundings()
        // sd_booted(3).
        if isThere("/run/systemd/system") { surroundings.units = MachineUnits() }
        surroundings.spared = (try? readList()).flatMap { $0.map { sparedPorts($0) } }
        return surroundings
    }
}

/// Whether there is anything, links followed.
func isThere(_ path: Text) -> Bool { (try? identity(of: Path(path))) != nil }

/// Read by libtirpc, and by glibc as some build it.
let sparedPortsPath: Text = "/etc/bindresvport.blacklist"

/// Enough for every port there is, with a comment.
private let listBytesMax = 4 << 20

private func readList() throws(Errno) -> [UInt8]? {
    let list = try open(Path(sparedPortsPath), .read)
    guard try list.kind() == .regular else { return nil }
    let bytes = try list.readAll(most: listBytesMax)
    return bytes.count > listBytesMax ? nil : bytes
}

/// The ports of such a list, a number a line before its comment.
///
/// libtirpc 1.3.3, bindresvport.c: strtoul(3) with base 0, and a line with anything else is left out.
func sparedPorts(_ list: [UInt8]) -> Set<UInt16> {
    Set(
        parts(of: list[...], between: UInt8(ascii: "\n")).compactMap { line in
            let content = line.prefix { $0 != UInt8(ascii: "#") }
            return number(String(decoding: content, as: UTF8.self).split(whereSeparator: isBlank))
        })
}

private func number(_ words: [Substring]) -> UInt16? {
    guard let word = words.first, words.count == 1, word.first?.isHexDigit == true else {
        return nil
    }
    if word.lowercased().hasPrefix("0x") { return UInt16(word.dropFirst(2), radix: 16) }
    return UInt16(word, radix: word.hasPrefix("0") ? 8 : 10)
}

/// As isspace(3) has it in the C locale.
private func isBlank(_ character: Character) -> Bool { " \t\r\u{b}\u{c}".contains(character) }
