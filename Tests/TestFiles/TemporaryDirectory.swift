internal import Foundation
public import Text

/// A directory of a test's own, gone with its owner.
public final class TemporaryDirectory: Sendable {
    /// Where it is.
    public let path: String
    private let isOwned: Bool

    /// Makes one that everybody can read.
    public init() throws {
        isOwned = true
        let place = FileManager.default.temporaryDirectory
            .appending(path: "portreserve-\(UUID().uuidString)")
        path = place.path
        let everybody: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false, attributes: everybody)
    }

    /// The directory of a test whose exit test may not be able to remove it.
    public init(lent path: String) {
        isOwned = false
        self.path = path
    }

    deinit {
        if isOwned { try? FileManager.default.removeItem(atPath: path) }
    }

    /// The path of `name` in here.
    public func place(_ name: String) -> Text { Text(Array("\(path)/\(name)".utf8)) }

    /// Makes the file `name`.
    @discardableResult
    public func write(_ name: String, _ bytes: [UInt8] = []) throws -> Text {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
        return place(name)
    }

    /// The contents of the file `name`, nil where there is none.
    public func read(_ name: String) -> [UInt8]? {
        FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) }
    }

    /// Makes the directory `name`.
    public func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: "\(path)/\(name)", withIntermediateDirectories: false)
    }

    /// Makes a symbolic link.
    public func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(name)", withDestinationPath: target)
    }

    /// Whether there is such a file.
    public func exists(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(path)/\(name)")
    }
}

/// The permissions of a file, nil where there is none.
public func mode(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.posixPermissions] as? Int
}

/// `device:inode` of a file.
public func identityText(of path: String) throws -> String {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return "\(attributes[.systemNumber] ?? ""):\(attributes[.systemFileNumber] ?? "")"
}
