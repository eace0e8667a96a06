import Testing
import Text

@testable import Reservations

@Suite("a diagnostic") struct DiagnosticTests {
    @Test("says where it is as far as it knows")
    func text() {
        #expect(Diagnostic("a", line: 3, column: 5, "b").text == "a:3:5: b")
        #expect(Diagnostic("a", line: 3, column: 0, "b").text == "a:3: b")
        #expect(Diagnostic("a", "b").text == "a: b")
    }
}
