import Foundation
import Testing
import Text

/// A directory of a test's own, gone with its owner.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        let place = FileManager.default.temporaryDirectory
            .appending(path: "portreserve-\(UUID().uuidString)")
        path = place.path
        let everybody: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: everybody)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of `name` in here.
    func place(_ name: String) -> Text { Text(Array("\(path)/\(name)".utf8)) }

    /// Makes the file `name`.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8] = []) throws -> Text {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return place(name)
    }

    /// The contents of the file `name`, nil where there is none.
    func read(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) }
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(path)/\(name)", withIntermediateDirectories: false)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(name)")
    }
}
