import Foundation

/// The files of the project, read once.
struct House {
    let root: URL
    /// Swift files of Sources and of Tests.
    let sources: [Source]
    let tests: [Source]
    let manifest: Manifest
    /// Every text file that could be committed, by its path from the root.
    let texts: [String: String]

    /// The project that this test is part of.
    static let ours = House(at: URL(filePath: #filePath).folder(up: 3))

    init(at root: URL) {
        self.root = root
        texts = readTexts(below: root)
        let swift = texts.filter { $0.key.hasSuffix(".swift") }.sorted { $0.key < $1.key }
        func files(in folder: String) -> [Source] {
            swift.filter { $0.key.hasPrefix(folder) }.map { Source($0.value, at: $0.key) }
        }
        sources = files(in: "Sources/")
        tests = files(in: "Tests/")
        manifest = Manifest(texts["Package.swift"] ?? "")
    }

    /// The lines of each C file below `folder`.
    func cFiles(in folder: String) -> [(path: String, lines: [String])] {
        texts.filter { path, _ in
            path.hasPrefix(folder) && (path.hasSuffix(".c") || path.hasSuffix(".h"))
        }.sorted { $0.key < $1.key }.map { path, text in
            (path, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }
}

extension URL {
    fileprivate func folder(up levels: Int) -> URL {
        (0..<levels).reduce(self) { folder, _ in folder.deletingLastPathComponent() }
    }
}

private func readTexts(below root: URL) -> [String: String] {
    let skipped = [".git", "build", "__pycache__"]
    var texts: [String: String] = [:]
    var waiting = [""]
    while let path = waiting.popLast() {
        let place = path.isEmpty ? root : root.appending(path: path)
        if let names = try? FileManager.default.contentsOfDirectory(atPath: place.path) {
            let kept = names.filter { !skipped.contains($0) && !$0.hasPrefix(".build") }
            waiting += kept.map { path.isEmpty ? $0 : path + "/" + $0 }
        } else if let text = try? String(contentsOf: place, encoding: .utf8) {
            texts[path] = text
        }
    }
    return texts
}

/// Words that tie the project to one machine, in any file; each is put together here so that this
/// file does not hold it.
func machinePaths(_ text: String, at path: String) -> [Finding] {
    let tied = [
        "/wo" + "rk/", "/opt/" + "swift", "/ro" + "ot/", "/ho" + "me/", "pypi" + ".org",
        "deb.debian" + ".org",
    ]
    return text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap {
        (index, line) in
        tied.filter { line.contains($0) }.map { word in
            let why = "the next reader has another machine"
            return Finding(path: path, line: index + 1, what: "'\(word)'", why: why)
        }
    }
}
