/// What is legal in a configuration and unwise is said by `portreservectl check`, and is no failure;
/// the daemon itself says nothing of it.

import Testing

@Suite("portreservectl check warns of what is unwise")
struct CheckWarnsTests {
    @Test("each on its line of standard error, beside what is wrong, with 0 where nothing is")
    func each() throws {
        try Room.run { room in
            room.write("/etc/bindresvport.blacklist", "# by hand\n636\n")
            for folder in ["systemd", "systemd/system"] { room.makeDirectory("/run/\(folder)") }
            room.write("/run/systemd/system/ours.service", "[Service]\nExecStart=/bin/true\n")
            room.configure("ours", "4000/tcp share\n636/udp\n637/udp\n")
            room.configure("theirs", "unit ours.service noone.service\n637/udp\n")
            room.configure("unasked", "4001/tcp\n")
            let file = "/etc/portreserve"
            let warnings = [
                """
                \(file)/theirs:2: warning: 637/udp is in \(file)/ours:3 too: it is free as soon as \
                either service asks, and whoever goes for it is told of under 'ours'
                """,
                told(637, "\(file)/ours:3"), told(637, "\(file)/theirs:2"),
                "\(file)/theirs: warning: there is no unit 'noone.service', which the file names",
                """
                \(file)/unasked: warning: there is no unit 'unasked.service': its ports are held \
                until 'portrelease unasked'
                """,
            ]

            let tool = try room.run("portreservectl", "check")
            #expect(tool.status == 0 && tool.output.isEmpty, room.story)
            #expect(tool.errorLines == warnings, room.story)
            let daemon = try room.run("portreserve", "-n")
            #expect(daemon.status == 0 && daemon.errorLines.isEmpty, room.story)

            room.configure("wrong", "ipp/sctp\n")
            let second = try room.run("portreservectl", "check")
            #expect(second.status == 1, room.story)
            #expect(second.errorLines.dropFirst() == warnings[...], room.story)
            #expect(second.errorLines.first?.hasPrefix("\(file)/wrong:1:1: ") == true, room.story)
        }
    }

    @Test("one service's file as it is, and as it is to become")
    func one() throws {
        try Room.run { room in
            for folder in ["systemd", "systemd/system"] { room.makeDirectory("/run/\(folder)") }
            room.configure("unasked", "4001/tcp\n")
            room.write("/run/new", "637/udp\n")
            let place = "warning: there is no unit 'unasked.service'"
            let cases = [
                (["--name", "unasked"], ["/etc/portreserve/unasked: \(place)"]),
                (
                    ["--name", "unasked", "/run/new"],
                    [told(637, "/run/new:1"), "/run/new: \(place)"]
                ),
                (["/run/new"], [told(637, "/run/new:1")]),
            ]
            for (words, starts) in cases {
                let tool = try room.start(["portreservectl", "check"] + words)

                #expect(try tool.wait() == 0, room.story)
                #expect(tool.errorLines.count == starts.count, room.story)
                for (line, start) in zip(tool.errorLines, starts) {
                    #expect(line.hasPrefix(start), room.story)
                }
            }
        }
    }

    private func told(_ port: UInt16, _ place: String) -> String {
        """
        \(place): warning: \(port)/udp is a port that RPC services go for: add it to \
        /etc/bindresvport.blacklist, which they heed
        """
    }
}
