internal import Reservations
internal import Text

/// The name of a systemd unit, systemd.unit(5): `PREFIX[@[INSTANCE]].TYPE`.
struct UnitName: Equatable, Writable {
    let text: Text

    /// Takes the name as it is.
    init(_ text: Text) { self.text = text }

    /// The service unit that `systemctl start NAME` means: what no unit's name may hold is `\xNN`.
    init(of service: ServiceName) {
        let isName = { (byte: UInt8) in isPlain(byte) || byte == at || byte == UInt8(ascii: "\\") }
        // Nearly all names are; a thousand of them are not put together byte by byte.
        var name = Text(service.bytes.prefix(while: isName))
        for byte in service.bytes.dropFirst(name.bytes.count) {
            if isName(byte) { name.append(byte) } else { name.append(escaped(byte)) }
        }
        name.append(".service")
        text = name
    }

    /// What stands before the first `@`, or before the type.
    private var prefix: ArraySlice<UInt8> {
        let bytes = text.bytes
        let end = bytes.firstIndex(of: at) ?? bytes.lastIndex(of: dot) ?? bytes.count
        return bytes[..<end]
    }

    /// What stands behind the last dot.
    private var type: ArraySlice<UInt8> {
        let bytes = text.bytes
        return bytes.lastIndex(of: dot).map { bytes[($0 + 1)...] } ?? []
    }

    /// The section of a unit file that has ExecStartPre=; nil for a type of unit that starts nothing.
    var section: Text? {
        switch Text(type) {
        case "service": "Service"
        case "socket": "Socket"
        case _: nil
        }
    }

    /// Whether it is a template or an instance of one.
    var isOfTemplate: Bool { text.bytes.contains(at) }

    /// Whether it is a template, and no instance.
    var isTemplate: Bool { isOfTemplate && self == template }

    /// The template that this is an instance of, or may have beside it.
    var template: UnitName {
        UnitName(Text(Array(prefix) + [at, dot] + type))
    }

    /// The unit of the same name and another type.
    func with(type: Text) -> UnitName {
        let stem = text.bytes.prefix(text.bytes.count - self.type.count)
        return UnitName(Text(stem) + type)
    }

    /// The instance of this template that `other` is of its own; the template itself for none.
    func with(instanceOf other: UnitName) -> UnitName {
        if !other.isOfTemplate { return self }
        let instance = other.text.bytes.dropFirst(other.prefix.count + 1)
            .dropLast(other.type.count + 1)
        return UnitName(Text(Array(prefix) + [at] + instance + [dot] + type))
    }

    /// Why no drop-in can be made for it; nil: one can.
    var refusal: Text? {
        // systemd: a drop-in of `foo-.service` is every unit's that begins with `foo-`.
        if prefix.last == UInt8(ascii: "-") { return "it would be every unit's that begins so" }
        if prefix.isEmpty { return "no unit can have that name" }
        // Linux: a directory's name has at most NAME_MAX bytes, and `.d` is two.
        if text.bytes.count + 2 > Limits.nameBytesMax { return "the name is too long" }
        let stem = Text(prefix)
        // A cycle at boot would cost one of both.
        switch stem {
        case "portreserve", "portreserve-state": return "portreserve cannot wait for itself"
        case "systemd-journald", "systemd-journald-dev-log", "systemd-journald-audit",
            "systemd-journald-varlink":
            return "portreserve writes its log to it"
        // Each user's manager would ask, and wait for the daemon.
        case "user" where isTemplate: return "it would be every user's manager"
        case _: return nil
        }
    }
}

private let at = UInt8(ascii: "@")
private let dot = UInt8(ascii: ".")

/// Letters, digits and `:-_.`, which mean nothing else in a unit's name or in a unit file.
func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"),
        UInt8(ascii: "_"), dot:
        true
    case _: false
    }
}

/// `\xNN`, as systemd reads it in a unit's name and in a command line.
func escaped(_ byte: UInt8) -> Text {
    "\\x\(byte < 0x10 ? "0" : "")\(Text(hexadecimal: UInt(byte)))"
}
