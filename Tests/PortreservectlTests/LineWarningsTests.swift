import Reservations
import Testing
import Text

@Suite("portreservectl check: what is legal but unwise in its lines")
struct LineWarningsTests {
    @Test("nothing is unwise where all is as it should be")
    func nothing() throws {
        let files = [
            "cups": "ipp\n", "db": "127.0.0.1:5432/tcp share\n[::1]:5432/tcp\n",
            "bmc": "623/udp permanent\n", "vpn": "1194\n", "none": "# nothing\n",
            "kerberos": "unit kadmin.service machine-a.scope b@x.service\n749/tcp\n",
        ]
        var machine = Machine([
            "cups.service", "db.service", "vpn@.service", "kadmin.service", "b@.service",
        ])
        machine.list = "623\n631\t# cups\n749#\n"
        #expect(try warnings(files, on: machine).isEmpty)
        #expect(try warnings(files).isEmpty, "and where neither units nor a list are there")
    }

    @Test(
        "an endpoint in two files, at the second one's line, and a line of several owners for each",
        arguments: [
            (["a": "\n631/tcp\n", "b": "ipp\n"], ["b:1: 631/tcp a:2"]),
            (
                ["a": "631/tcp\n", "b": "7000/tcp\n631/tcp\n", "c": "631/tcp"],
                ["b:2: 631/tcp a:1", "c:1: 631/tcp a:1"]
            ),
            (["a": "631/tcp\n631/tcp\n"], []),
            (["a": "631\n", "b": "631\n"], ["b:1: 631/tcp and 1 other a:1"]),
            (
                ["a": "7000-7009/tcp\n", "b": "7005-7020/tcp\n7000/tcp\n"],
                ["b:1: 7005/tcp and 4 others a:1", "b:2: 7000/tcp a:1"]
            ),
            (
                ["a": "7000/tcp\n", "b": "7001/tcp\n", "c": "7000-7001/tcp\n"],
                ["c:1: 7000/tcp a:1", "c:1: 7001/tcp b:1"]
            ),
            (
                ["a": "[::1]:7000/tcp\n", "b": "[::1]:7000/tcp\n"],
                ["b:1: [::1]:7000/tcp a:1"]
            ),
        ])
    func twice(files: [String: String], told: [String]) throws {
        let wanted = told.map { line -> String in
            let words = line.split(separator: " ")
            let owner = words.last?.split(separator: ":") ?? []
            let endpoints = words.dropFirst().dropLast().joined(separator: " ")
            return """
                /etc/portreserve/\(words[0]) warning: \(endpoints) \
                \(endpoints.contains(" ") ? "are" : "is") in \
                /etc/portreserve/\(words.last ?? "") too: it is let go as soon as either service asks, \
                and incidents are listed under '\(owner[0])'
                """
        }
        #expect(try warnings(files) == wanted)
    }

    @Test("'share' in one of two files, which is for both", arguments: [0, 1])
    func sharedByOne(number: Int) throws {
        let lines =
            number == 0 ? ["7000/tcp share\n", "7000/tcp\n"] : ["7000/tcp\n", "7000 share\n"]
        let told = try warnings(["a": lines[0], "b": lines[1]], on: Machine())
        let open = """
            /etc/portreserve/b:1: warning: 7000/tcp is in /etc/portreserve/a:1 too: 'share' in \
            either file lets any program bind beside the hold
            """
        #expect(told.contains(open), "\(told)")
        #expect(!told.contains { $0.contains("7000/tcp") && $0.contains("let go") })
    }

    @Test("two files of one name, as two paths may be, are not two services'")
    func oneName() throws {
        let files = ["old", "new"].map { folder in
            ConfigurationFile(
                Array("631/tcp\n".utf8), service: ServiceName(text("cups")),
                path: text("\(folder)/cups"))
        }
        #expect(try warnings(files, on: Machine(units: nil), areNamed: false).isEmpty)
    }

    @Test("'share' on udp")
    func sharedInVain() throws {
        #expect(
            try warnings(["cups": "ipp share\n", "db": "5432/tcp share\n"]) == [
                """
                /etc/portreserve/cups:1: warning: 631/udp has no use for 'share', which is for TCP: \
                write a line for each protocol
                """
            ])
    }

    @Test(
        "ports in bindresvport's range that its list lacks, as libtirpc reads it",
        arguments: [
            ("599-600/tcp", "", "600"), ("1023-1024/udp", "600", "1023"),
            ("631", "632 # not 631", "631"), ("631/tcp", "x631\n631x\n99999\n-1\n+631\n", "631"),
            ("631/tcp", "631 tcp\n0631\n0x631\n", "631"), ("631/tcp", "0x277", nil),
            ("631/tcp", "01167\r\n", nil), ("631/tcp", " \t631\r\n", nil), ("631", "631#", nil),
            ("600-700/tcp", "631\n640\n641", "600-630,632-639,642-700"), ("599/tcp", "", nil),
        ])
    func unspared(line: String, list: String, told: String?) throws {
        let wanted = told.map { ports in
            """
            /etc/portreserve/cups:1: warning: RPC services go for \(ports): add that to \
            /etc/bindresvport.blacklist, which libtirpc heeds
            """
        }
        let machine = Machine(units: nil, list: list)
        #expect(try warnings(["cups": line], on: machine) == [wanted].compactMap { $0 })
    }

    @Test("of one kind at most a hundred lines of a file, and that there are more")
    func bound() throws {
        let lines = (1...300).map { "\($0)/udp share\n" }.joined()
        let told = try warnings(["a": lines, "b": "700/udp share\n"])
        #expect(told.count == 102)
        #expect(
            told.dropFirst(100).first
                == "/etc/portreserve/a: warning: more lines are like these, and are not told")
        #expect(told.last?.hasPrefix("/etc/portreserve/b:1: ") == true)
    }
}
