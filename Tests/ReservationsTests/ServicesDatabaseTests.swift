import Seeded
import Testing
import Text

@testable import Reservations

private let path: Text = "/etc/services"

@Suite("the services database") struct ServicesDatabaseTests {
    private func database(_ text: String) -> ServicesDatabase {
        ServicesDatabase(bytes(text), path: path)
    }

    @Test(
        "finds what a line names",
        arguments: [
            ("ipp", 631, 631), ("printer", 631, nil), ("cups", 631, nil), ("smtp", 25, nil),
            ("domain", nil, 53), ("IPP", nil, nil), ("ip", nil, nil), ("ippp", nil, nil),
            ("", nil, nil), ("nosuch", nil, nil), ("last", 65_535, nil), ("none", nil, nil),
            ("upper", 7, nil), ("commented", nil, nil),
        ] as [(String, UInt16?, UInt16?)])
    func lookUp(name: String, tcp: UInt16?, udp: UInt16?) {
        let database = database(
            """
            # names
            ipp\t631/tcp printer  cups # a printer
            ipp 631/udp
            smtp 25/tcp
              domain 53/udp\r
            none 7/sctp
            zero 0/tcp
            upper 7/TCP
            # commented 9/tcp
            last 65535/tcp
            """)

        #expect(database.port(of: Text(bytes(name)), .tcp) == tcp)
        #expect(database.port(of: Text(bytes(name)), .udp) == udp)
        #expect(database.diagnostics.isEmpty)
    }

    @Test("the first line that has a name decides, by name or alias, for each protocol alone")
    func first() {
        let database = database(
            "a 1/tcp x\nx 2/tcp\nx 3/udp\na 4/tcp\nb 5/udp a\na 6/udp\nz 0/tcp\nz 7/tcp\n")

        #expect(database.port(of: "a", .tcp) == 1)
        #expect(database.port(of: "x", .tcp) == 1)
        #expect(database.port(of: "x", .udp) == 3)
        #expect(database.port(of: "a", .udp) == 5)
    }

    @Test("protocols without holds, and port 0, are passed over in silence")
    func foreign() {
        let database = database("a 1/sctp\nb 2/dccp\nc 0/tcp\nd 3/ddp x\n")

        #expect(database.diagnostics.isEmpty)
        for name: Text in ["a", "b", "c", "d", "x"] {
            #expect(database.port(of: name, .tcp) == nil)
            #expect(database.port(of: name, .udp) == nil)
        }
    }

    @Test(
        "a malformed line is said, and the others count",
        arguments: [
            ("x", "1:1: 'x'"), ("x 631", "1:1: '631'"), ("x /tcp", "1:1: '/tcp'"),
            ("x 631/", "1:1: '631/'"), ("x 65536/tcp", "1:1: '65536/tcp'"),
            ("x -1/tcp", "1:1: '-1/tcp'"), ("x a/tcp", "1:1: 'a/tcp'"), ("x tcp 1", "1:1: 'tcp'"),
            ("  x\t#", "1:3: 'x'"), ("x 0000000001/tcp", "1:1: '0000000001/tcp'"),
            ("x 1\u{1b}/tcp", #"1:1: '1\x1b/tcp'"#),
        ])
    func malformed(line: String, place: String) {
        let database = database(line + "\nipp 631/tcp\n")

        let whole = "/etc/services:\(place): not 'name port/protocol', ignoring this line"
        #expect(database.diagnostics.map { $0.text.description } == [whole])
        #expect(database.port(of: "ipp", .tcp) == 631)
        #expect(database.port(of: "x", .tcp) == nil)
    }

    @Test("a hundred malformed lines are told, the rest is counted", arguments: [100, 101, 102])
    func diagnostics(count: Int) {
        let database = database(String(repeating: "x\n", count: count))

        #expect(database.diagnostics.count == min(count, 101))
        let rest: String? =
            [101: "1 more wrong line is ignored", 102: "2 more wrong lines are ignored"][count]
        if let rest {
            #expect(database.diagnostics.last?.text.description == "\(path): \(rest), and not told")
        }
    }

    @Test("an empty one has no names, and says nothing")
    func empty() {
        #expect(database("").port(of: "ipp", .tcp) == nil)
        #expect(database("").diagnostics.isEmpty)
    }

    @Test("a name need not be UTF-8")
    func bytesOnly() {
        let database = ServicesDatabase([0xff, 0x20] + bytes("7/tcp"), path: path)

        #expect(database.port(of: Text([0xff]), .tcp) == 7)
    }

    @Test("finds what a search from the top finds", arguments: UInt64(0)..<20)
    func seeded(seed: UInt64) {
        var random = Seeded(state: seed)
        // Few names, so that many lines have the same one; or many, so that chains are long.
        let names = (0..<[5, 400][Int(seed % 2)]).map { "n\($0)" }
        let lines = (0..<500).map { _ in Line(names, using: &random) }
        let database = database(lines.map { $0.text }.joined(separator: "\n"))

        for name in names {
            for transport in TransportProtocol.allCases {
                let wanted = lines.first { $0.transport == transport && $0.names.contains(name) }
                #expect(database.port(of: Text(bytes(name)), transport) == wanted?.port, "\(name)")
            }
        }
    }
}

private struct Line {
    let names: [String]
    let port: UInt16
    let transport: TransportProtocol

    init(_ names: [String], using random: inout Seeded) {
        self.names = (0...Int.random(in: 0...3, using: &random)).map { _ in
            names.randomElement(using: &random) ?? ""
        }
        port = .random(in: 1...65_535, using: &random)
        transport = Bool.random(using: &random) ? .tcp : .udp
    }

    var text: String {
        "\(names[0]) \(port)/\(transport) " + names.dropFirst().joined(separator: " ")
    }
}
