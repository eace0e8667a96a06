/// What is legal in a configuration but unwise is said by `portreservectl check`, and is no failure;
/// the daemon itself says nothing of it.

import Testing

@Suite("portreservectl check warns of what is unwise")
struct CheckWarnsTests {
    private static let folder = "/etc/portreserve"
    private static let twice = """
        \(folder)/theirs:2: warning: 637/udp is in \(folder)/ours:3 too: it is let go as soon as \
        either service asks, and incidents are listed under 'ours'
        """
    private static let named =
        "\(folder)/theirs: warning: there is no unit 'noone.service', which the file names"
    private static let unasked = """
        \(folder)/unasked: warning: there is no unit 'unasked.service' to ask for its ports: install \
        it, name another by 'unit', or call portrelease(8)
        """
    private static let all = [
        twice, goneFor(637, "\(folder)/ours:3"), goneFor(637, "\(folder)/theirs:2"), named, unasked,
    ]

    private static func goneFor(_ port: UInt16, _ place: String) -> String {
        """
        \(place): warning: RPC services go for \(port): add that to /etc/bindresvport.blacklist, \
        which libtirpc heeds
        """
    }

    @Test("of the whole configuration, each on a line of standard error, with 0")
    func all() throws {
        try Room.run { room in
            room.configureUnwisely()

            let tool = try room.run("portreservectl", "check")

            #expect(tool.status == 0 && tool.output.isEmpty, room.story)
            #expect(tool.errorLines == Self.all, room.story)
        }
    }

    @Test("of a directory, as of a configuration")
    func directory() throws {
        try Room.run { room in
            room.configureUnwisely()

            let tool = try room.run("portreservectl", "check", "/etc/portreserve/")

            #expect(tool.status == 0 && tool.errorLines == Self.all, room.story)
        }
    }

    @Test("the daemon's own check does not")
    func daemon() throws {
        try Room.run { room in
            room.configureUnwisely()

            let daemon = try room.run("portreserve", "-n")

            #expect(daemon.status == 0 && daemon.errorLines.isEmpty, room.story)
        }
    }

    @Test("after what is wrong, and then with 1")
    func wrong() throws {
        try Room.run { room in
            room.configureUnwisely()
            room.configure("wrong", "ipp/sctp\n")

            let tool = try room.run("portreservectl", "check")

            #expect(tool.status == 1, room.story)
            #expect(tool.errorLines.first?.hasPrefix("\(Self.folder)/wrong:1:1: ") == true)
            #expect(tool.errorLines.dropFirst() == Self.all[...], room.story)
        }
    }

    @Test("of what one service's file does alone, as it is and as it is to become")
    func one() throws {
        try Room.run { room in
            room.configureUnwisely()
            room.write("/run/none", "# nothing yet\n")
            room.write("/run/new", "unit ours.service\n637/udp\n")
            let unit = "there is no unit 'unasked.service' to ask for its ports"
            let cases = [
                (["--name", "ours"], Array(Self.all.prefix(2))),
                (["--name", "theirs"], [Self.twice, Self.all[2], Self.named]),
                (["--name", "unasked"], [Self.unasked]),
                (["--name", "unasked", "/run/new"], ["is in", Self.goneFor(637, "/run/new:2")]),
                (["--name", "theirs", "/run/new"], ["is in", Self.goneFor(637, "/run/new:2")]),
                (["--name", "ours", "/run/none"], []),
                (["/run/new"], [Self.goneFor(637, "/run/new:2")]),
                (["\(Self.folder)/unasked"], []),
            ]
            for (words, told) in cases {
                let tool = try room.start(["portreservectl", "check"] + words)

                #expect(try tool.wait() == 0, room.story)
                #expect(!tool.errorText.contains(unit) || words == ["--name", "unasked"])
                #expect(tool.errorLines.count == told.count, "\(words)\(room.story)")
                for (line, words) in zip(tool.errorLines, told) {
                    #expect(line.contains(words), room.story)
                }
            }
        }
    }

    @Test("a service's file is the one that the daemon reads, a link to nowhere too")
    func link() throws {
        try Room.run { room in
            room.ship("pkg", "99999\n")
            room.link("/etc/portreserve/pkg", to: "/nowhere")

            let tool = try room.run("portreservectl", "check", "--name", "pkg")

            #expect(tool.status == 1, room.story)
            #expect(tool.errorLines.count == 1, room.story)
            #expect(tool.errorText.hasPrefix("/etc/portreserve/pkg: "), room.story)
        }
    }

    @Test("a file that is to become a service's is wrong where another one is in its way")
    func inTheWay() throws {
        try Room.run { room in
            room.configure("web", "127.0.0.1:8080/tcp\n")
            room.configure("broken", "99999\n")
            room.write("/run/new", "8080/tcp\n")
            for name in ["proxy", "zope"] {
                let tool = try room.run("portreservectl", "check", "--name", name, "/run/new")

                #expect(tool.status == 1, room.story)
                #expect(tool.errorLines.count == 1, room.story)
                #expect(tool.errorText.contains("overlaps "), room.story)
            }
        }
    }
}

extension Room {
    /// A machine with systemd, one unit and a list, and three files with something unwise in each.
    fileprivate func configureUnwisely() {
        write("/etc/bindresvport.blacklist", "# by hand\n636\n")
        for folder in ["systemd", "systemd/system"] { makeDirectory("/run/\(folder)") }
        write("/run/systemd/system/ours.service", "[Service]\nExecStart=/bin/true\n")
        configure("ours", "4000/tcp share\n636/udp\n637/udp\n")
        configure("theirs", "unit ours.service noone.service\n637/udp\n")
        configure("unasked", "4001/tcp\n")
    }
}
