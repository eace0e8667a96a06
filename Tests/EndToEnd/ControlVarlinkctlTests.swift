/// systemd's own client, Debian 13's, talks to the daemon out of the box.

import Glibc
import Testing

@Suite("control: varlinkctl")
struct ControlVarlinkctlTests {
    private static let interface = "io.portreserve.Reservations"

    @Test("it is told who we are, and reads our interface")
    func introspects() throws {
        try Room.run { room in
            let daemon = try room.serving()

            let info = try room.varlinkctl("info", "/run/portreserve/control")
            #expect(info.outputText.contains("Product: portreserve"), room.story)
            let text = try room.varlinkctl(
                "introspect", "/run/portreserve/control", Self.interface)
            #expect(text.outputText.contains("method Release("), room.story)
            let methods = try room.varlinkctl("list-methods", "/run/portreserve/control")
            #expect(methods.outputText.contains("\(Self.interface).Watch"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("it lists, releases, holds and reloads")
    func calls() throws {
        try Room.run { room in
            let daemon = try room.serving()

            let list = try room.call("List", "{}", "--more")
            #expect(list.outputText.split(separator: "\n").count == 2, room.story)
            #expect(list.outputText.contains("\"state\":\"held\""), room.story)
            #expect(try room.call("Release", "{\"service\":\"cups\"}").outputText.contains("2"))
            #expect(isFree("631/tcp") && isFree("631/udp"), room.story)
            #expect(try room.call("Hold", "{\"service\":\"cups\"}").outputText.contains("2"))
            #expect(isHeld("631/tcp") && isHeld("631/udp"), room.story)
            let reload = try room.call("Reload", "{\"dryRun\":true}")
            #expect(reload.outputText.contains("\"kept\":2"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }

    @Test("it is given our errors by their names")
    func errors() throws {
        try Room.run { room in
            let daemon = try room.serving()

            let tool = try room.start(
                [try varlinkctl(), "call", "/run/portreserve/control", "\(Self.interface).Release"]
                    + ["{\"service\":\"nobody\"}"])

            #expect(try tool.wait() != 0, room.story)
            #expect(tool.errorText.contains("NoSuchService"), room.story)
            #expect(try daemon.stop() == 0, room.story)
        }
    }
}

/// The program, from the environment: `make e2e` fetches it and sets PORTRESERVE_VARLINKCTL.
private func varlinkctl() throws -> String {
    guard let path = unsafe getenv("PORTRESERVE_VARLINKCTL") else {
        throw Trouble(
            "PORTRESERVE_VARLINKCTL is not set: `make e2e` fetches varlinkctl and sets it")
    }
    return unsafe String(cString: path)
}

extension Room {
    fileprivate func serving() throws -> Daemon {
        configure("cups", "631/tcp\n631/udp\n")
        return try startDaemon("-d", "--stay")
    }

    fileprivate func varlinkctl(_ words: String...) throws -> Program {
        try ended([try EndToEnd.varlinkctl()] + words)
    }

    fileprivate func call(
        _ method: String, _ parameters: String, _ options: String...
    ) throws -> Program {
        let name = "io.portreserve.Reservations.\(method)"
        let place = ["/run/portreserve/control", name, parameters]
        return try ended([try EndToEnd.varlinkctl()] + options + ["call"] + place)
    }

    private func ended(_ words: [String]) throws -> Program {
        let tool = try start(words)
        #expect(try tool.wait() == 0, "\(words)\(story)")
        return tool
    }
}
