import Foundation
import Testing

/// What ought to be printed, in a file beside these tests; with UPDATE_GOLDEN=1 it is written anew,
/// to be read with `git diff`.
func expectGolden(_ text: String, _ name: String, in folder: String = "Golden") {
    let place = URL(filePath: #filePath).deletingLastPathComponent().appending(path: folder)
    let file = place.appending(path: name).standardizedFileURL
    if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
        #expect((try? text.write(to: file, atomically: true, encoding: .utf8)) != nil)
    }
    #expect(text == (try? String(contentsOf: file, encoding: .utf8)), "\(name)")
}
