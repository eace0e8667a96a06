public import Reservations
public import Text

/// A drop-in of a unit, by which it asks for its ports.
struct DropIn {
    let unit: UnitName
    /// Those whose ports it asks for, at least one.
    private(set) var files: [ConfigurationFile]

    /// The name of the drop-in in each unit's directory.
    static var fileName: Text { "50-portreserve.conf" }

    /// All of it.
    ///
    /// Nothing in it wants portreserve.service: who has disabled that has disabled it. The `-`
    /// starts the unit whatever the release does, the `+` runs it as root and outside of the
    /// unit's sandbox.
    func text(_ phrases: Phrases) -> Text {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(usualBytes)
        var text = Text(bytes)
        text.append(phrases.madeFor)
        for (index, file) in files.enumerated() {
            if index > 0 { text.append(phrases.and) }
            text.append(shown(file.path))
        }
        text.append(phrases.switchedOff)
        text.append(unit.text)
        text.append(phrases.name)
        for file in files where isOneLine(file.service.bytes) {
            text.append(phrases.asksFor)
            text.append(Text(file.service.bytes))
        }
        text.append(unit.section == "Socket" ? phrases.socket : phrases.service)
        // A name may begin as an option does.
        if files.contains(where: { $0.service.bytes.first == UInt8(ascii: "-") }) {
            text.append(phrases.endOfOptions)
        }
        for file in files {
            text.append(UInt8(ascii: " "))
            text.append(commandWord(file.service.bytes))
        }
        text.append(UInt8(ascii: "\n"))
        return text
    }
}

extension DropIn {
    /// Whether `text` is that of a drop-in for the service.
    static func isFor(_ service: ServiceName, _ text: [UInt8]) -> Bool {
        let line = (Phrases().asksFor + Text(service.bytes)).bytes.dropFirst()
        return words(of: text[...], between: UInt8(ascii: "\n")).contains(line)
    }
}

private let usualBytes = 512

/// What every drop-in says, made once and not for each of a thousand.
struct Phrases {
    let madeFor: Text = "# Made by portreserve-generator(8) for "
    let and: Text = ", "
    let switchedOff: Text = """
        .
        # A link to /dev/null switches it off: /etc/systemd/system/
        """
    /// Behind a unit's name, the path of its drop-in.
    let name: Text = "\(folderSuffix)/\(DropIn.fileName)"
    let folder: Text = folderSuffix
    /// What the daemon looks for, portreserve(8): a line of a service that the unit is one of.
    let asksFor: Text = "\n# portreserve: "
    let service: Text = """

        [Unit]
        After=portreserve.service
        [Service]
        ExecStartPre=-+/usr/sbin/portrelease
        """
    let socket: Text = """

        [Unit]
        After=portreserve.service
        [Socket]
        ExecStartPre=-+/usr/sbin/portrelease
        """
    let endOfOptions: Text = " --"
}

/// Whether systemd too reads it as part of one line, whatever follows: a CR ends one as well.
private func isOneLine(_ name: [UInt8]) -> Bool { name.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }

/// A path fit for a comment.
private func shown(_ path: Text) -> Text {
    let isPlainPath = path.bytes.allSatisfy { isPlain($0) || $0 == UInt8(ascii: "/") }
    return isPlainPath ? path : .printable(path.bytes[...], most: 2 * Limits.nameBytesMax)
}

/// A word of a command line as systemd.service(5) reads it: `%` and `$` doubled, else `\xNN`.
private func commandWord(_ bytes: [UInt8]) -> Text {
    var word = Text(bytes.prefix { isPlain($0) })
    for byte in bytes.dropFirst(word.bytes.count) {
        switch byte {
        // An escaped one would be taken for a specifier or a variable all the same.
        case UInt8(ascii: "%"): word.append("%%")
        case UInt8(ascii: "$"): word.append("$$")
        case _ where isPlain(byte) || byte == UInt8(ascii: "@"): word.append(byte)
        case _: word.append(escaped(byte))
        }
    }
    return word
}

/// What has to be written, and what is left out and why.
struct DropIns {
    /// By the units' names, a unit once.
    private(set) var all: [DropIn] = []
    private(set) var ignored: [Diagnostic] = []

    /// Decides for all of `subjects`.
    init(_ subjects: [Subject], names: ServicesDatabase?) {
        var wanted: [(unit: UnitName, file: ConfigurationFile)] = []
        for subject in subjects {
            for unit in subject.asking(names) {
                if let refusal = unit.refusal {
                    ignore(subject.file, "no drop-in for \(Text.quoted(unit.text)): \(refusal)")
                } else {
                    wanted.append((unit, subject.file))
                }
            }
        }
        let keys = wanted.map { $0.unit.text + "/" + Text($0.file.service.bytes) }
        for index in order(of: keys) {
            let (unit, file) = wanted[index]
            if let last = all.last, last.unit == unit {
                all[all.count - 1].add(file)
            } else {
                all.append(DropIn(unit: unit, files: [file]))
            }
        }
    }

    private mutating func ignore(_ file: ConfigurationFile, _ why: Text) {
        ignored.append(Diagnostic(file.path, why))
    }
}

extension DropIn {
    fileprivate mutating func add(_ file: ConfigurationFile) {
        let isThere = files.contains { $0 === file }
        if !isThere { files.append(file) }
    }
}

/// Why a service cannot be named in a unit file; nil: it can.
public func refusal(of service: ServiceName) -> Text? {
    // portrelease(8): all services at once.
    if Text(service.bytes) == "*" { return "'*' stands for every service" }
    // systemd: other bytes in a command make the unit's properties unreadable on the bus.
    if !isUTF8(service.bytes[...]) { return "the name is not UTF-8" }
    return nil
}
