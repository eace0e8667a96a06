/// What was held is never dropped for a wrong configuration, and no thief gets a port in a reload.

import Glibc
import Testing

@Suite("control: reload drops nothing")
struct ControlReloadKeepsTests {
    /// What has gone wrong with the configuration since the daemon has read it.
    struct Slip: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Where the answer must say what is wrong.
        let said: String
        let make: @Sendable (Room) -> Void
    }

    static let slips = [
        Slip(testDescription: "a wrong line", said: "/etc/portreserve/cups:1:") {
            $0.configure("cups", "ipp/tpc\nipp/udp\n")
        },
        Slip(testDescription: "a name that nobody knows", said: "/etc/portreserve/cups:1:") {
            $0.configure("cups", "iqq\n")
        },
        Slip(testDescription: "an unreadable file", said: "/etc/portreserve/cups: ") {
            $0.write("/etc/portreserve/cups", bytes: [], mode: 0o600)
            unsafe chmod("/etc/portreserve/cups", 0)
        },
        Slip(testDescription: "a link to nowhere", said: "/etc/portreserve/cups: ") {
            $0.remove("/etc/portreserve/cups")
            $0.link("/etc/portreserve/cups", to: "/nowhere")
        },
        Slip(testDescription: "a FIFO in its place", said: "/etc/portreserve/cups: ") {
            $0.remove("/etc/portreserve/cups")
            $0.makeFIFO("/etc/portreserve/cups")
        },
        Slip(testDescription: "a file that is too large", said: "/etc/portreserve/cups: ") {
            $0.writeHoles("/etc/portreserve/cups", size: 2 << 20)
        },
        Slip(testDescription: "a missing directory", said: "/etc/portreserve: ") {
            $0.removeDirectory("/etc/portreserve")
        },
        Slip(testDescription: "an unreadable directory", said: "/etc/portreserve: ") { _ in
            unsafe chmod("/etc/portreserve", 0)
        },
        Slip(testDescription: "an unreadable services file", said: "/etc/services: ") { _ in
            unsafe chmod("/etc/services", 0)
        },
        Slip(testDescription: "a missing services file", said: "/etc/services: ") {
            $0.remove("/etc/services")
        },
        Slip(testDescription: "an empty services file", said: "/etc/portreserve/cups:1:") {
            $0.write("/etc/services", "")
        },
    ]

    @Test("for no slip, and the answer tells it", arguments: slips, [false, true])
    func slip(_ slip: Slip, bySignal: Bool) throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.configure("pg", "127.0.0.1:4001/tcp permanent\n")
            let daemon = try room.startDaemon(["-d", "--stay"], with: .obeyingModes)
            let before = daemon.sockets
            slip.make(room)

            if bySignal {
                try room.reload(daemon, true)
                #expect(daemon.hears { $0.hasPrefix(slip.said) }, room.story)
            } else {
                let client = try room.runPython(reloadingSlip, slip.said)
                #expect(client.status == 0, room.story)
            }

            #expect(daemon.keeps(before), "the very same holds\(room.story)")
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            #expect(refusal("127.0.0.1:4001/tcp") == .addressInUse, room.story)
            try room.run("portrelease", "cups")
            #expect(isFree("631/tcp") && isFree("631/udp"), "still its own\(room.story)")
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("what a file gives up is given up, the file mended or masked or gone")
    func givenUp() throws {
        try Room.run { room in
            for port in 4000...4002 { room.configure("svc\(port)", "\(port)/tcp\n4009/udp\n") }
            let daemon = try room.startDaemon("-d", "--stay")
            room.configure("svc4000", "4010/tpc\n")
            try room.reload(daemon, false)
            #expect(isHeld("4000/tcp"), room.story)

            room.configure("svc4000", "4010/tcp\n")
            room.configure("svc4001", "")
            room.remove("/etc/portreserve/svc4002")
            try room.reload(daemon, false)

            #expect(heldEndpoints(among: 4000...4010) == ["4010/tcp"], room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a package's file does not take over while the administrator's directory is away")
    func layers() throws {
        try Room.run { room in
            room.configure("cups", "4000/tcp\n")
            room.ship("cups", "4001/tcp\n")
            room.ship("bmc", "4002/udp\n")
            let daemon = try room.startDaemon("-d", "--stay")
            let before = daemon.sockets
            room.removeDirectory("/etc/portreserve")

            try room.reload(daemon, true)
            try room.reload(daemon, false)

            #expect(daemon.keeps(before), "the very same holds\(room.story)")
            #expect(heldEndpoints(among: 4000...4002) == ["4000/tcp", "4002/udp"], room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("a thief without pause gets nothing in 400 reloads, and the port when it is given up")
    func thief() throws {
        try Room.run { room in
            room.configure("cups", "4000/tcp\n4000/udp\n")
            let daemon = try room.startDaemon("-f", "--stay")
            let thieves = try ["0.0.0.0", "::1"].map { try room.startPython(stealing, [$0]) }
            for thief in thieves {
                #expect(thief.waitForError { $0 == "ready" } != nil, room.story)
            }

            let client = try room.runPython(reloadingLoop, "\(daemon.innerPid)")

            #expect(client.status == 0, room.story)
            for thief in thieves {
                thief.drain()
                #expect(thief.errorText == "ready\n", "0 thefts\(room.story)")
            }
            room.configure("dovecot", "4001/tcp\n")
            try room.reload(daemon, false)
            for thief in thieves {
                let loot = thief.waitForError { $0.hasPrefix("stolen after ") }
                let turns = Int(loot?.split(separator: " ").last ?? "") ?? 0
                #expect(turns > 1_000, "the test proves nothing\(room.story)")
                #expect(try thief.wait() == 0, room.story)
            }
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

extension Daemon {
    fileprivate func hears(where isWanted: (String) -> Bool) -> Bool {
        program.waitForError(where: isWanted) != nil
    }
}

private let reloadingSlip = """
    for dry in [True, False, False]:
        told = Varlink().call("Reload", {"dryRun": dry})["parameters"]
        same("kept", (told["added"], told["removed"], told["kept"]), (0, 0, 3))
        holds(f"said {told}", any(text.startswith(sys.argv[1]) for text in told["diagnostics"]))
        holds(f"said {told}", any("keeping" in text for text in told["diagnostics"]))
    """

/// Goes for port 4000 by tcp and udp in turn, until it gets one of them.
private let stealing = """
    place, turns = sys.argv[1], 0
    may_bind(9, place)
    print("ready", file=sys.stderr, flush=True)
    while True:
        turns += 1
        kind = [socket.SOCK_STREAM, socket.SOCK_DGRAM][turns % 2]
        if may_bind(4000, place, kind): break
    print("stolen after", turns, file=sys.stderr)
    """

/// Files that come and go around the kept line, a wrong one among them; calls and signals by turns.
private let reloadingLoop = """
    pid, it = int(sys.argv[1]), Varlink()
    kept = "4000/tcp\\n4000/udp\\n"
    texts = [kept, "4001/tcp\\n" + kept, kept + "4002/tcp\\n", "# x\\n4000\\n",
             "4000/tcp share\\n4000/udp\\n", kept + "4003/bad\\n", "4000 permanent\\n"]
    for turn in range(400):
        if turn % 10 == 9:
            os.rename("/etc/portreserve/cups", "/etc/portreserve/dovecot")
        else:
            with open("/etc/portreserve/cups.new", "w") as file:
                file.write(texts[turn % len(texts)])
            os.rename("/etc/portreserve/cups.new", "/etc/portreserve/cups")
            if os.path.exists("/etc/portreserve/dovecot"): os.unlink("/etc/portreserve/dovecot")
        if turn % 4 == 3: os.kill(pid, signal.SIGHUP)
        else:
            told = it.call("Reload")["parameters"]
            holds(f"kept in turn {turn}: {told}", told["kept"] >= 2)
    """
