/// rpc.statd and ypbind as Debian ships them, beside rpcbind: the thieves of the field.
/// Debian packages: nfs-common, ypbind-mt, rpcbind, iproute2.

import Glibc
import Testing

/// A real program, and the socket that it steals when it is born for a port.
struct RealThief: Sendable, CustomTestStringConvertible {
    let words: [String]
    let loot: String  // as ss prints it: 0.0.0.0:749/udp
    let port: UInt16

    var testDescription: String { "\(words[0]) \(loot)" }
    var name: String { String(words[0].split(separator: "/").last ?? "") }
}

private let statd = ["/usr/sbin/rpc.statd", "-F", "-L"]
private let ypbind = ["/usr/sbin/ypbind", "-n", "-f", "/etc/yp-rig.conf"]

@Test(
    "rpc.statd and ypbind do not get a held port",
    arguments: [
        // statd spares what the services database names for udp, and asks on loopback alone.
        RealThief(words: statd, loot: "127.0.0.1:749/udp", port: 749),
        // ypbind wants one port by both protocols, and that or the next one for IPv6.
        RealThief(words: ypbind, loot: "0.0.0.0:631/udp", port: 631),
        RealThief(words: ypbind, loot: "0.0.0.0:631/tcp", port: 631),
        RealThief(words: ypbind, loot: "0.0.0.0:1023/udp", port: 1023),
        RealThief(words: ypbind, loot: "0.0.0.0:1023/tcp", port: 1023),
    ])
func noRealProgramGetsAHeldPort(_ thief: RealThief) throws {
    try Room.run { room in
        try room.startPortmapper()
        let wanted = thief.loot.drop { $0 != ":" }.dropFirst()
        room.configure("victim", "\(wanted)\n")
        let free = try room.lowSockets(of: thief)
        let daemon = try room.startDaemon("-f")

        let held = try room.lowSockets(of: thief)

        #expect(
            held.contains { $0.hasSuffix("/udp") }, "it went on to another: \(held)\(room.story)")
        #expect(!held.contains { $0.hasSuffix(":\(wanted)") }, "\(held)\(room.story)")
        #expect(try daemon.stop() == 0, room.story)
        let freeAgain = try room.lowSockets(of: thief)
        for sockets in [free, freeAgain] {
            #expect(sockets.contains(thief.loot), "the test proves nothing: \(sockets)")
        }
    }
}

extension Room {
    /// rpcbind, without which these programs do not run, and what else they look for.
    func startPortmapper() throws {
        for folder in ["/run/rpcbind", "/run/lock"] { makeDirectory(folder) }
        try run("mkdir", "-p", "/var/lib/nfs/sm", "/var/lib/nfs/sm.bak", "/var/yp/binding")
        try run("chown", "-R", "statd", "/var/lib/nfs")
        try run("chown", "_rpc", "/run/rpcbind")
        write("/proc/sys/kernel/domainname", "rig")
        write("/etc/yp-rig.conf", "domain rig server 127.0.0.1\n")
        let rpcbind = try start("/usr/sbin/rpcbind", "-w", "-f")
        let isUp = try Deadline.generous.poll {
            try run("rpcinfo", "-T", "tcp", "127.0.0.1", "portmapper", "2").status == 0
        }
        guard isUp else { throw Trouble("rpcbind does not answer: \(rpcbind.story)") }
    }

    /// Starts `thief`, and ends it when it has all its low ports: `0.0.0.0:749/udp`, ...
    fileprivate func lowSockets(of thief: RealThief) throws -> Set<String> {
        let program = try startBorn(for: thief.port, thief.words)
        defer {
            // At its end it asks rpcbind to forget it, and may wait for the answer.
            program.send(SIGTERM)
            if (try? program.wait(Deadline(after: .seconds(5)))) == nil { program.send(SIGKILL) }
            program.reap()
        }
        let count = thief.name == "ypbind" ? 4 : 1
        var found: Set<String> = []
        let isComplete = try Deadline.generous.poll {
            found = try lowSockets(named: thief.name)
            return found.count >= count || program.status != nil
        }
        guard isComplete, program.status == nil else {
            throw Trouble("\(thief.name) has \(found) only: \(program.story)")
        }
        return found
    }

    private func lowSockets(named name: String) throws -> Set<String> {
        let listing = try run("ss", "-Hnaptu").outputText
        let lines = listing.split(separator: "\n").filter { $0.contains("\"\(name)\"") }
        let sockets = lines.compactMap { line -> String? in
            let fields = line.split(separator: " ")
            let port = UInt16(fields[4].split(separator: ":").last ?? "") ?? 0
            return port < 1024 ? "\(fields[4])/\(fields[0])" : nil
        }
        return Set(sockets)
    }
}
