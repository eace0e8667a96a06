/// What each target may import: its `dependencies` in Package.swift.
struct Manifest {
    private var allowed: [String: Set<String>] = [:]

    init(_ content: String) {
        for declaration in content.split(separator: /arget\(\s*(?=name:)/).dropFirst() {
            guard let name = quoted(in: declaration).first else { continue }
            let list = declaration.firstMatch(of: /dependencies:\s*\[/).map { match in
                declaration[match.range.upperBound...].prefix { $0 != "]" }
            }
            allowed[name] = Set(quoted(in: list ?? ""))
        }
    }

    /// What `target` may import; nil where the manifest has no such target.
    func dependencies(of target: String) -> Set<String>? { allowed[target] }
}

private func quoted(in text: Substring) -> [String] {
    text.matches(of: /"([^"]*)"/).map { String($0.output.1) }
}

/// An import that the manifest does not give, or that reaches around LinuxIO.
func importsPointDown(_ source: Source, manifest: Manifest) -> [Finding] {
    source.lines.indices.compactMap { index in
        let listed = words(of: source.lines[index].code)
        guard let imported = listed.after("import").map(String.init) else { return nil }
        if imported == "CLinux", source.module != "LinuxIO" {
            let why = "LinuxIO alone talks to libc, so that errno and pointers stay there"
            return source.finding(index, "imports CLinux", because: why)
        }
        let isStandard = imported == "Synchronization"
        let isTool = source.module == "portreservectl" && imported.hasPrefix("Foundation")
        if isStandard || isTool { return nil }
        let given = manifest.dependencies(of: source.module) ?? []
        if given.contains(imported) { return nil }
        let why = "dependencies point down only, and Package.swift says which"
        return source.finding(index, "\(source.module) imports \(imported)", because: why)
    }
}

/// A module that is pure must not reach LinuxIO, however far down.
func reservationsStaysPure(_ manifest: Manifest) -> [Finding] {
    var reached: Set<String> = []
    var waiting = ["Reservations"]
    while let target = waiting.popLast() {
        if reached.insert(target).inserted { waiting += manifest.dependencies(of: target) ?? [] }
    }
    let impure = reached.intersection(["CLinux", "LinuxIO", "Control", "Daemon"]).sorted()
    guard !impure.isEmpty else { return [] }
    let why = "configuration, plan and life of an endpoint are pure, so that a table tests them"
    let what = "Reservations reaches \(impure.joined(separator: ", "))"
    return [Finding(path: "Package.swift", line: 1, what: what, why: why)]
}
