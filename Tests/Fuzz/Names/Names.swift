// What the fuzzer gives is a services database; a search through all lines that knows no hash
// must find the same.

import Text

@testable import Reservations

/// libFuzzer calls it with each input.
@c(LLVMFuzzerTestOneInput)
public func takeInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    let database = ServicesDatabase(bytes, path: "services")
    var first: [Name: UInt16] = [:]
    var written = Text([])
    for line in Lines(bytes) {
        guard let (transport, port) = place(line, bytes) else { continue }
        for field in [line.fields[0]] + line.fields[2...] {
            let name = Name(text: Text(bytes[field]), transport: transport)
            if first[name] != nil { continue }
            first[name] = port
            written.append("\(name.text) \(port)/\(transport)\n")
        }
    }
    check(database, first)
    // A byte order mark at the start of a name would be taken for the file's.
    if written.bytes.first != 0xef {
        check(ServicesDatabase(written.bytes, path: "services"), first)
    }
    guard isUTF8(database.diagnostics.map(\.text).reduce(Text([]), +).bytes[...]) else {
        fatalError("a message is not UTF-8")
    }
    return 0
}

private struct Name: Hashable {
    let text: Text
    let transport: TransportProtocol
}

/// What the second field of a line says, read anew; nil where it is none of ours.
private func place(_ line: Lines.Line, _ bytes: [UInt8]) -> (TransportProtocol, UInt16)? {
    guard line.fields.count > 1 else { return nil }
    let halves = bytes[line.fields[1]].split(
        separator: UInt8(ascii: "/"), maxSplits: 1, omittingEmptySubsequences: false)
    guard halves.count == 2, isDigits(halves[0]), halves[0].count <= 9,
        let port = UInt16(String(decoding: halves[0], as: UTF8.self)), port > 0
    else { return nil }
    switch String(decoding: halves[1], as: UTF8.self).lowercased() {
    case "tcp": return (.tcp, port)
    case "udp": return (.udp, port)
    case _: return nil
    }
}

private func check(_ database: ServicesDatabase, _ wanted: [Name: UInt16]) {
    for (name, port) in wanted where database.port(of: name.text, name.transport) != port {
        fatalError("a name means another port")
    }
    for name in wanted.keys {
        for transport in TransportProtocol.allCases {
            let other = Name(text: name.text, transport: transport)
            guard database.port(of: name.text, transport) == wanted[other] else {
                fatalError("a name means a port that no line gives")
            }
        }
    }
}
