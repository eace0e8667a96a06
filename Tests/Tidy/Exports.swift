/// A name that a module shows to others.
struct Export {
    let name: Substring
    let source: Source
    let index: Int
    /// Whether it is at the top level: a type, a function or a value, and no member of one.
    let isTopLevel: Bool
    /// A type may be public for a signature's sake alone, its name never said outside.
    let isType: Bool
}

extension Source {
    /// The names that are declared public here; what is demanded by a protocol of the standard
    /// library is nobody's choice and does not count.
    func exports() -> [Export] {
        var depth = 0
        var found: [Export] = []
        for (index, line) in lines.enumerated() {
            let listed = words(of: line.code)
            let kinds: Set<Substring> = [
                "func", "var", "let", "struct", "class", "enum", "protocol", "typealias",
            ]
            let kind = listed.firstIndex(where: kinds.contains)
            if listed.contains("public"), let kind, kind + 1 < listed.count {
                let name = listed[kind + 1]
                if !demanded.contains(name) {
                    found.append(
                        Export(
                            name: name, source: self, index: index, isTopLevel: depth == 0,
                            isType: name.first?.isUppercase == true))
                }
            }
            depth += line.code.count { $0 == "{" } - line.code.count { $0 == "}" }
        }
        return found
    }
}

private let demanded: Set<Substring> = [
    "description", "hash", "next", "makeIterator", "rawValue", "startIndex", "endIndex", "index",
    "appendLiteral", "appendInterpolation",
]

/// Exported names that no other module of Sources, and no test, ever says.
func exportsWithoutUser(_ sources: [Source], tests: [Source]) -> [Finding] {
    let said = Dictionary(grouping: sources + tests, by: \.path).mapValues { files in
        Set(files.flatMap { $0.lines.flatMap { words(of: $0.code) } })
    }
    return sources.flatMap { source in
        source.exports().filter { export in
            let isUsed = (sources + tests).contains { other in
                other.module != source.module && said[other.path]?.contains(export.name) == true
            }
            return !isUsed && !(export.isType && isSaidAgain(export, in: sources))
        }
    }.map { export in
        let why = "a name without a user outside its module is no business of others"
        return export.source.finding(export.index, "'\(export.name)' is public", because: why)
    }
}

/// Whether a type's name stands on another line of its own module.
private func isSaidAgain(_ export: Export, in sources: [Source]) -> Bool {
    sources.filter { $0.module == export.source.module }.contains { source in
        source.lines.indices.contains { index in
            let isOwnLine = source.path == export.source.path && index == export.index
            return !isOwnLine && words(of: source.lines[index].code).contains(export.name)
        }
    }
}

/// Files none of whose names is said in any other file.
func deadFiles(_ sources: [Source]) -> [Finding] {
    let said = sources.map { source in Set(source.lines.flatMap { words(of: $0.code) }) }
    return sources.indices.filter { !sources[$0].isMain }.compactMap { index in
        let names = sources[index].declaredNames()
        let isUsed = sources.indices.contains { $0 != index && !said[$0].isDisjoint(with: names) }
        guard !isUsed, !names.isEmpty else { return nil }
        return sources[index].finding(
            0, "nothing here is used elsewhere", because: "a dead file costs every reader")
    }
}

extension Source {
    /// What is declared at the top level, and the members of extensions there.
    fileprivate func declaredNames() -> Set<Substring> {
        let kinds: Set<Substring> = [
            "func", "var", "let", "struct", "class", "enum", "protocol", "typealias", "case",
        ]
        var names: Set<Substring> = []
        var depth = 0
        for line in lines {
            let listed = words(of: line.code)
            let isPrivate = listed.contains("private")
            if depth <= 1, !isPrivate, let kind = listed.firstIndex(where: kinds.contains) {
                if kind + 1 < listed.count { names.insert(listed[kind + 1]) }
            }
            depth += line.code.count { $0 == "{" } - line.code.count { $0 == "}" }
        }
        return names
    }
}
