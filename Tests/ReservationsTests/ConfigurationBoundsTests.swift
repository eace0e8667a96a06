import Testing
import Text

@testable import Reservations

/// One bound on a configuration file, met at, below and above it.
@Suite("bounds of a configuration file") struct ConfigurationBoundsTests {
    /// A right line of `count` bytes.
    private func line(_ count: Int) -> String {
        "631/tcp" + String(repeating: " ", count: count - 12) + "share"
    }

    @Test("a line has at most 4096 bytes", arguments: [4095, 4096, 4097])
    func line(count: Int) {
        let file = ConfigurationFile(line(count))

        let isRight = count <= 4096
        #expect(file.claims.count == (isRight ? 1 : 0))
        let whole =
            "/etc/portreserve/cups:1:1: the line is longer than 4096 bytes, ignoring this line"
        #expect(file.diagnostics.map { $0.text.description } == (isRight ? [] : [whole]))
    }

    @Test("blanks and comments around a line do not count")
    func surroundings() {
        let blanks = String(repeating: " ", count: 5000)
        let file = ConfigurationFile(blanks + line(4096) + blanks + "#" + blanks + "\n631/udp")

        #expect(file.claims.count == 2)
        #expect(file.diagnostics.isEmpty)
    }

    @Test("a name has at most 255 bytes", arguments: [254, 255, 256])
    func name(count: Int) {
        let name = String(repeating: "n", count: count)

        for text in [name, "127.0.0.1:\(name)/tcp"] {
            let file = ConfigurationFile(text)
            #expect(file.claims.count == (count <= 255 ? 1 : 0))
            #expect(file.diagnostics.count == (count <= 255 ? 0 : 1))
            let says = file.diagnostics.allSatisfy {
                $0.text.description.contains("': a name has at most 255 bytes, ignoring")
            }
            #expect(says)
        }
    }

    @Test("a unit's name has at most 255 bytes", arguments: [254, 255, 256])
    func unitName(count: Int) {
        let name = String(repeating: "u", count: count - 8) + ".service"

        #expect(ConfigurationFile("unit \(name)").units.count == (count <= 255 ? 1 : 0))
    }

    @Test("a file has at most 16 units, on one line or on many", arguments: [15, 16, 17])
    func units(count: Int) {
        let names = (0..<count).map { "u\($0).service" }

        let oneLine = ConfigurationFile("unit " + names.joined(separator: " "))
        let lines = ConfigurationFile(names.map { "unit \($0)\n" }.joined())

        #expect(oneLine.units.count == (count <= 16 ? count : 0))
        #expect(lines.units.count == min(count, 16))
        for file in [oneLine, lines] {
            #expect(file.diagnostics.count == (count <= 16 ? 0 : 1))
            let says = file.diagnostics.allSatisfy {
                $0.problem.description.contains("more than 16 units")
            }
            #expect(says)
        }
    }

    @Test(
        "a hundred wrong lines are told, the rest is counted",
        arguments: [
            (99, nil), (100, nil), (101, "1 more wrong line is ignored, and not told"),
            (1100, "1000 more wrong lines are ignored, and not told"),
        ] as [(Int, String?)])
    func diagnostics(count: Int, rest: String?) {
        let file = ConfigurationFile(String(repeating: "ipp/x\n", count: count))

        #expect(file.diagnostics.count == min(count, 100) + (rest == nil ? 0 : 1))
        #expect(file.diagnostics.prefix(100).map { $0.line } == Array(1...min(count, 100)))
        if let rest {
            #expect(file.diagnostics.last?.text.description == "/etc/portreserve/cups: \(rest)")
        }
    }

    @Test(
        "bytes that are no text make their line wrong, and no other",
        arguments: [
            ([0x61, 0, 0x62], "the line holds a NUL"), ([0], "the line holds a NUL"),
            ([0x61, 0xff], "the line is not UTF-8"),
            ([0xc3, 0x0a, 0xa9], "the line is not UTF-8"),
            ([0xed, 0xa0, 0x80], "the line is not UTF-8"),
        ] as [([UInt8], String)])
    func noText(line: [UInt8], why: String) {
        let file = ConfigurationFile(
            bytes("631\n") + line + bytes("\n632"), service: ServiceName("x"), path: "x")

        #expect(file.claims.map { $0.shown }.first == "1:1 * 631-631 both")
        #expect(file.claims.map { $0.shown }.last?.hasSuffix("* 632-632 both") == true)
        #expect(file.claims.count == 2)
        #expect(file.diagnostics.first?.text.description == "x:2:1: \(why), ignoring this line")
    }

    @Test("a comment may hold any bytes")
    func comment() {
        let file = ConfigurationFile(
            bytes("631 # ") + [0, 0xff, 0xe4], service: ServiceName("x"), path: "x")

        #expect(file.claims.count == 1)
        #expect(file.diagnostics.isEmpty)
    }
}
