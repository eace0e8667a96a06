/// A number that the style guide sets, as it is here.
struct Figure: CustomStringConvertible {
    let name: String
    let value: Double
    let goal: ClosedRange<Double>
    /// What one is, `%` or nothing.
    var unit = ""

    var isHeld: Bool { goal.contains(value) }

    var description: String {
        let bounds =
            goal.lowerBound == 0
            ? "<= \(short(goal.upperBound))"
            : goal.upperBound == .infinity
                ? ">= \(short(goal.lowerBound))"
                : "\(short(goal.lowerBound)) to \(short(goal.upperBound))"
        let word = isHeld ? "PASS" : "FAIL"
        let left = "  " + name.padded(to: 46) + " " + (short(value) + unit).padded(to: 28)
        return left + " " + (bounds + unit).padded(to: 22) + " " + word
    }
}

/// All of them, over `house`.
func figures(of house: House) -> [Figure] {
    let code = house.sources + house.tests
    let functionLines = code.flatMap { $0.functions().map(\.lines.count) }.sorted()
    let fileLines = code.map(\.lines.count).sorted()
    let exported = Dictionary(grouping: house.sources, by: \.module).mapValues { files in
        files.flatMap { $0.exports() }.count(where: \.isTopLevel)
    }
    let lengths = [
        Figure(name: "file lines, median", value: median(fileLines), goal: 0...120),
        Figure(name: "file lines, longest", value: longest(fileLines), goal: 0...300),
        Figure(name: "function lines, median", value: median(functionLines), goal: 0...8),
        Figure(name: "function lines, 90th percentile", value: ninth(functionLines), goal: 0...25),
        Figure(name: "function lines, longest", value: longest(functionLines), goal: 0...50),
    ]
    let shares = [
        Figure(
            name: "comment lines of Sources", value: commentShare(house.sources), goal: 12...25,
            unit: " %"),
        Figure(
            name: "lines of tests for a line of Sources", value: testShare(house),
            goal: 1.2...(.infinity)),
        Figure(
            name: "lines of C in Sources", value: Double(cLines(house, in: "Sources/")),
            goal: 0...Double(Bounds.cLines)),
        Figure(
            name: "asserts for 100 functions of Reservations",
            value: assertShare(house.sources.filter { $0.module == "Reservations" }),
            goal: 30...(.infinity)),
    ]
    return lengths + shares
        + exported.sorted { $0.key < $1.key }.map { module, count in
            Figure(
                name: "exported names of \(module)", value: Double(count),
                goal: 0...Double(Bounds.exportedNames))
        }
}

/// Comment lines in a hundred lines that are not blank.
func commentShare(_ sources: [Source]) -> Double {
    let lines = sources.flatMap(\.lines).filter { !$0.isBlank }
    return percent(lines.count(where: \.isOnlyComment), of: lines.count)
}

/// Asserts and traps with a reason, for a hundred functions.
private func assertShare(_ sources: [Source]) -> Double {
    let names: Set<Substring> = ["assert", "precondition", "fatalError"]
    let count = sources.flatMap(\.lines).flatMap { words(of: $0.code) }.count(where: names.contains)
    return percent(count, of: sources.flatMap { $0.functions() }.count)
}

/// Lines of Tests, C too, for one of Sources; blank ones are left out.
private func testShare(_ house: House) -> Double {
    func count(_ sources: [Source], _ folder: String) -> Double {
        Double(sources.flatMap(\.lines).count { !$0.isBlank } + cLines(house, in: folder))
    }
    return count(house.tests, "Tests/") / max(count(house.sources, "Sources/"), 1)
}

private func cLines(_ house: House, in folder: String) -> Int {
    house.cFiles(in: folder).flatMap(\.lines).count { !$0.allSatisfy(\.isWhitespace) }
}

private func percent(_ part: Int, of whole: Int) -> Double {
    100 * Double(part) / Double(max(whole, 1))
}

private func median(_ sorted: [Int]) -> Double { at(0.5, of: sorted) }
private func ninth(_ sorted: [Int]) -> Double { at(0.9, of: sorted) }
private func longest(_ sorted: [Int]) -> Double { at(1, of: sorted) }

private func at(_ share: Double, of sorted: [Int]) -> Double {
    sorted.isEmpty ? 0 : Double(sorted[Int(Double(sorted.count - 1) * share)])
}

/// With one digit after the point, or none where that is enough.
private func short(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
