internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

/// What a line is found by in the journal; systemd/portreserve.catalog explains each.
///
/// The numbers are the last two hexadecimal digits of a MESSAGE_ID: none is ever given anew.
enum JournalEvent: UInt, CaseIterable {
    /// Every port was tried once: the daemon is ready.
    case ready = 0x10
    /// A port could not be had, and it is not known that somebody has it.
    case notReserved = 0x11
    /// Somebody else has a port.
    case busy = 0x12
    case released = 0x13
    /// What is released may be bound by everybody.
    case open = 0x14
    /// Its service has a port.
    case serving = 0x15
    case heldAgain = 0x16
    /// Nobody has bound what was released, and it is held again.
    case unused = 0x17
    /// The guard has refused somebody.
    case refused = 0x18
    /// There is no guard, or less of it.
    case unguarded = 0x19
    /// Something is wrong with the configuration.
    case configuration = 0x1a
    case reloaded = 0x1b
    /// What an instance knew does not reach the next one.
    case forgotten = 0x1c

    /// The MESSAGE_ID.
    var id: Text { "fda0db5d6265429e80427778760ba7\(Text(hexadecimal: rawValue))" }
}

/// What a line tells the journal beside its words, in journald's own protocol.
///
/// That is systemd's JOURNAL_NATIVE_PROTOCOL.
struct JournalFields {
    private(set) var bytes: [UInt8] = []

    /// Begins with what everybody searches by; `event` nil: nobody looks for such a line.
    @inline(never)
    init(_ event: JournalEvent?, _ service: ServiceName? = nil) {
        if let event { append("MESSAGE_ID", event.id) }
        if let service { append("PORTRESERVE_SERVICE", Text(service.bytes)) }
    }

    /// Appends a field.
    @inline(never)
    mutating func append(_ name: StaticString, _ value: Text) {
        bytes += Text(stringLiteral: name).bytes
        if value.bytes.contains(newline) {
            // Then it is its length that ends it: eight bytes, the lowest first.
            bytes.append(newline)
            for shift in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: value.bytes.count >> (shift * 8)))
            }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.bytes
        bytes.append(newline)
    }

    /// Appends who has an endpoint, or went for it.
    @inline(never)
    mutating func append(_ culprit: Incident.Culprit) {
        if let pid = culprit.pid { append("PORTRESERVE_HOLDER_PID", Text(decimal: Int(pid))) }
        append("PORTRESERVE_HOLDER_COMMAND", culprit.command)
        append("PORTRESERVE_HOLDER_UID", Text(decimal: Int(culprit.uid)))
        if let unit = culprit.unit { append("PORTRESERVE_HOLDER_UNIT", unit) }
    }
}

private let newline = UInt8(ascii: "\n")

extension Log {
    /// Says what is wrong with the configuration, each line for the service whose file it is.
    @inline(never)
    func say(_ diagnostics: [Diagnostic], _ places: Places) {
        for diagnostic in diagnostics {
            let path = diagnostic.path.bytes
            let name = words(of: path[...], between: UInt8(ascii: "/")).last ?? []
            let directory = path.dropLast(name.count + 1)
            let isServices = places.configurationDirectories.contains {
                $0.bytes.elementsEqual(directory)
            }
            let service = isServices ? ServiceName(Text(name)) : nil
            say(.warning, diagnostic.text, JournalFields(.configuration, service))
        }
    }
}
