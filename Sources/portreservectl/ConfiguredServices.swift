internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text

/// The names of services that have a file, in order; what cannot be read has none.
func configuredServices(_ places: Places) -> [Text] {
    var names: Set<Text> = []
    for path in places.configurationDirectories {
        guard let directory = try? open(Path(path), .directory) else { continue }
        let entries = try? directory.entries(most: completedNamesMax) { isServiceName($0) }
        for entry in entries ?? [] where entry.kind != .directory { names.insert(entry.name) }
    }
    return names.sorted()
}

/// Whether a service can have this name, that of a file.
func isServiceName(_ name: Text) -> Bool {
    switch ReleaseRequest(datagram: name.bytes) {
    case .service: true
    case .everyService, nil: false
    }
}

extension CompletionKind {
    /// Completes names of services from the configuration; the daemon is not asked, since it may
    /// be stopped, and a shell would wait for it.
    static var service: CompletionKind {
        .custom { _, _, _ in completedServices(Places()) }
    }
}

/// The names that a shell may be told: bash expands what it is told, so that a file's name would
/// be a command.
func completedServices(_ places: Places) -> [String] {
    configuredServices(places).filter { name in
        isUTF8(name.bytes[...]) && name.bytes.allSatisfy { isPlain($0) }
    }.map { "\($0)" }
}

/// Whether a byte means nothing to any shell.
private func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...: true
    case _: "-_+@%,".utf8.contains(byte)
    }
}

/// Names that are read from one directory at most, as many as the daemon reads.
private let completedNamesMax = 16_384
