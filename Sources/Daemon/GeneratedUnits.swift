internal import LinuxIO
internal import Reservations
internal import Text

extension Identity {
    /// Whether it is a unit of the service, by its name or since the generator has had it ask for the
    /// release: that knows other names of units, and whose socket units are.
    func belongs(to service: Plan.Service) -> Bool {
        isUnit(of: service) || unit.map { isGenerated($0, for: service.name) } ?? false
    }
}

/// Whether there is a drop-in of the generator's for the unit, or for its template, that names the
/// service.
@inline(never)
private func isGenerated(_ unit: Text, for service: ServiceName) -> Bool {
    if isGenerated(below: unit, service) { return true }
    let bytes = unit.bytes
    guard let at = bytes.firstIndex(of: UInt8(ascii: "@")),
        let dot = bytes.lastIndex(of: UInt8(ascii: ".")), at < dot
    else { return false }
    return isGenerated(below: Text(bytes[...at]) + Text(bytes[dot...]), service)
}

@inline(never)
private func isGenerated(below unit: Text, _ service: ServiceName) -> Bool {
    let path = Path("/run/systemd/generator/\(unit).d/50-portreserve.conf")
    guard let text = try? open(path, .read).readAll(most: Limits.fileBytesMax) else { return false }
    // Byte for byte, as the file has it.
    let line = ("# portreserve: " as Text).bytes + service.bytes
    return words(of: text[...], between: UInt8(ascii: "\n")).contains(line[...])
}
