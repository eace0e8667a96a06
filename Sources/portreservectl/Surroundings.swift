internal import LinuxIO
internal import Text

/// What the machine has that makes a configuration wise or not.
struct Surroundings {
    /// Whether it has a unit of that name; nil: it runs without systemd.
    var hasUnit: ((Text) -> Bool)?
    /// The ports that bindresvport(3) spares; nil: there is no such list.
    var spared: Set<UInt16>?
    /// The one service's name, where its file has another one.
    var name: Text?
    /// Whether the files' names are those of services.
    var areNamed = true

    /// Looks at nothing.
    init() {}

    /// Looks at this machine.
    init(name: Text?, areNamed: Bool) {
        self.name = name
        self.areNamed = areNamed
        // sd_booted(3).
        if isThere("/run/systemd/system") { hasUnit = hasUnitFile }
        if let list = try? open(Path(sparedPortsPath), .read),
            let bytes = try? list.readAll(most: listBytesMax)
        {
            spared = sparedPorts(bytes)
        }
    }
}

/// Read by libtirpc, and by glibc as some build it.
let sparedPortsPath: Text = "/etc/bindresvport.blacklist"

/// The ports of such a list: one a line, before its comment.
func sparedPorts(_ list: [UInt8]) -> Set<UInt16> {
    let lines = list.split(separator: UInt8(ascii: "\n"))
    let words = lines.compactMap { line in
        line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.first
    }
    return Set(words.compactMap { UInt16("\(Text($0.prefix { $0 != UInt8(ascii: "#") }))") })
}

/// Enough for every port there is, with a comment.
private let listBytesMax = 4 << 20

/// Where systemd has units, those that generators have made among them.
private let unitDirectories: [Text] = [
    "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
    "/run/systemd/system.attached", "/run/systemd/transient",
    "/run/systemd/generator", "/run/systemd/generator.early", "/run/systemd/generator.late",
    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
]

private func hasUnitFile(_ name: Text) -> Bool {
    unitDirectories.contains { isThere("\($0)/\(name)") }
}

private func isThere(_ path: Text) -> Bool { (try? identity(of: Path(path))) != nil }
