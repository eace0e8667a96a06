/// The generator as systemd calls it, and as nobody should; systemd-analyze reads what it writes.

import Foundation
import Testing

@Suite("generator: the program")
struct GeneratorTests {
    @Test("each file has its drop-in in the first directory, and the others stay empty")
    func drops() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            room.ship("slapd", "ldap\n")

            let end = try generate(in: room)

            #expect(end.status == 0 && end.errors.isEmpty && end.output.isEmpty, room.story)
            #expect(room.names(in: normal) == ["cups.service.d", "slapd.service.d"], room.story)
            #expect(room.names(in: "/run/early") == [] && room.names(in: "/run/late") == [])
            let path = "\(normal)/cups.service.d/50-portreserve.conf"
            let text = room.read(path) ?? ""
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(
                lines == [
                    "[Unit]", "After=portreserve.service", "[Service]",
                    "ExecStartPre=-+/usr/sbin/portrelease cups",
                ], room.story)
            #expect(room.status(of: path).map { $0.st_mode & 0o7777 } == 0o644)
        }
    }

    @Test("a mask on new files does not matter")
    func mask() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")

            let end = try generate(
                in: room,
                Setting(wrapper: ["/bin/sh", "-c", "umask 777; exec \"$@\"", "sh"]))

            #expect(end.status == 0, room.story)
            let folder = "\(normal)/cups.service.d"
            #expect(room.status(of: folder).map { $0.st_mode & 0o7777 } == 0o755)
            #expect(
                room.status(of: "\(folder)/50-portreserve.conf").map { $0.st_mode & 0o7777 }
                    == 0o644)
        }
    }

    @Test("a call by hand without its directories is refused, with one line of usage and 64")
    func misuse() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")
            for words in [[], ["/run"], ["/run", "/run", "/run", "/run"], ["-x"]] {
                let asked = try room.start([Programs.generator] + words)

                #expect(try asked.wait() == 64, room.story)
                #expect(asked.output.isEmpty && asked.errorLines.count == 2, room.story)
                #expect(asked.errorLines.last?.hasPrefix("usage: portreserve-generator ") == true)
            }
            #expect(room.names(in: "/run") == [], room.story)
        }
    }

    @Test("a user's manager gets nothing, and the machine's does")
    func users() throws {
        try Room.run { room in
            room.configure("cups", "ipp\n")

            let users = try generate(in: room, Setting(environment: ["SYSTEMD_SCOPE=user"]))
            #expect(users.status == 0 && users.errors.isEmpty, room.story)
            #expect(room.names(in: normal) == [], room.story)

            let system = try generate(in: room, Setting(environment: ["SYSTEMD_SCOPE=system"]))
            #expect(system.status == 0, room.story)
            #expect(room.names(in: normal) == ["cups.service.d"], room.story)
        }
    }

    @Test("what it ignores is said to the kernel's log, a line each and ten at most; it succeeds")
    func said() throws {
        try Room.run { room in
            for number in 0..<30 { room.configure("foo\n\(number)-", "631\n") }
            room.write("/dev/kmsg", "")

            let end = try generate(in: room)

            #expect(end.status == 0 && end.errors.isEmpty, room.story)
            let lines = (room.read("/dev/kmsg") ?? "").split(separator: "\n")
            #expect(lines.count == 10, room.story)
            let isRight = lines.dropLast().allSatisfy {
                $0.hasPrefix("<4>portreserve-generator: /etc/portreserve/foo")
            }
            #expect(isRight, "\(lines)")
            #expect(lines.last == "<4>portreserve-generator: 21 lines more of this kind")
        }
    }

    @Test("without the kernel's log it is said on standard error")
    func saidHere() throws {
        try Room.run { room in
            room.configure("*", "631\n")
            if room.exists("/dev/kmsg") { room.remove("/dev/kmsg") }

            let end = try generate(in: room)

            #expect(end.status == 0, room.story)
            #expect(
                end.errorLines == [
                    "portreserve-generator: /etc/portreserve/*: '*' stands for every service, ignoring it"
                ])
        }
    }

    @Test("no boot fails where nothing can be written, or there is nothing to read")
    func failures() throws {
        try Room.run { room in
            let quiet = try generate(in: room)
            #expect(quiet.status == 0 && quiet.errors.isEmpty, room.story)

            room.configure("cups", "ipp\n")
            let nowhere = try room.run(Programs.generator, "/nowhere", "/nowhere", "/nowhere")
            #expect(nowhere.status == 0, room.story)
        }
    }

    @Test(
        "systemd reads its drop-ins of any name without a complaint",
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyze), "needs systemd"))
    func verified() throws {
        try Room.run { room in
            let names = ["svc": "svc", #"a\x20b"#: "a b", #"x\x25h\x24y\x22"#: "x%h$y\""]
            for (unit, name) in names {
                room.configure(name, "631/tcp\n")
                room.write(
                    "/etc/systemd/system/\(unit).service", "[Service]\nExecStart=/bin/true\n")
            }
            room.write("/etc/systemd/system/svc.socket", "[Socket]\nListenStream=631\n")
            try room.install("portrelease", at: "/usr/sbin/portrelease")

            #expect(try generate(in: room).status == 0, room.story)

            let units = names.keys.map { "\($0).service" } + ["svc.socket"]
            #expect(room.names(in: normal).sorted() == units.map { $0 + ".d" }.sorted())
            let path = "\(normal):/etc/systemd/system:/lib/systemd/system"
            let verified = try room.start(
                [analyze, "verify", "--recursive-errors=no", "--man=no"] + units,
                Setting(
                    environment: ["SYSTEMD_UNIT_PATH=\(path)"],
                    // It makes a directory there.
                    wrapper: [
                        "/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                        "/bin/mount -t tmpfs tmpfs /tmp && exec \"$@\"", "sh",
                    ]))
            #expect(try verified.wait() == 0, room.story)
            #expect(!verified.errorText.contains("portreserve"), room.story)
        }
    }
}

private let normal = "/run/normal"
private let analyze = "/usr/bin/systemd-analyze"

/// Calls the generator as systemd does.
private func generate(in room: Room, _ setting: Setting = Setting()) throws -> Program {
    let directories = [normal, "/run/early", "/run/late"]
    for directory in directories where !room.exists(directory) { room.makeDirectory(directory) }
    let program = try room.start([Programs.generator] + directories, setting)
    try program.wait()
    return program
}
