import Testing

/// The figures of the style guide; `make measure` shows what this prints.
@Suite("Tidy: the figures") struct FiguresTests {
    @Test("the figures of the style guide are held")
    func held() {
        let all = figures(of: House.ours)

        print((["style"] + all.map(\.description)).joined(separator: "\n"))
        for figure in all { #expect(figure.isHeld, "\(figure.description)") }
    }
}
