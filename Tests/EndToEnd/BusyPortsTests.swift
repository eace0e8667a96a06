/// Ports that a running server has when we start, and addresses that nobody has yet.

import CRig
import Glibc
import Testing

@Suite("ports that are not as they should be at our start")
struct BusyPortsTests {
    @Test(
        "a udp server with SO_REUSEADDR is busy, and keeps its port and its datagrams",
        arguments: ["0.0.0.0", "127.0.0.1", "::", "::1"],
        ["631/udp", "127.0.0.1:631/udp", "[::1]:631/udp"])
    func udpServer(address: String, line: String) throws {
        try Room.run { room in
            let isSix = address.contains(":")
            let meets = line == "631/udp" || line.contains("[") == isSix
            room.configure("cups", "\(line)\n4001/udp\n")
            let server = try bind(Endpoint(address, 631, udp: true), reuseAddress: true)

            let daemon = try room.startDaemon("-f")

            let busy = "\(line): bind: Address already in use, not reserved for 'cups'"
            #expect(daemon.program.errorLines.contains(busy) == meets, room.story)
            #expect(isHeld("4001/udp"), room.story)
            let loopback = isSix ? "::1" : "127.0.0.1"
            try sendDatagram("ipp", to: Endpoint(loopback, 631, udp: true))
            #expect(Deadline.generous.wait(for: [server.fd]), "it gets nothing; \(room.story)")
            // A release of what we never had is none.
            try room.run("portrelease", "cups")
            try sendDatagram("ipp", to: Endpoint(loopback, 631, udp: true))
            var piece = [UInt8](repeating: 0, count: 16)
            for _ in 0..<2 {
                #expect(Deadline.generous.wait(for: [server.fd]), room.story)
                #expect(
                    unsafe recv(server.fd, &piece, piece.count, Int32(MSG_DONTWAIT)) == 3,
                    room.story)
            }
        }
    }

    @Test("what a closed connection has left is the reason, and no holder")
    func timeWait() throws {
        try Room.run { room in
            room.configure("svc", "4000/tcp\n")
            let client = try room.startStaying(
                """
                server = bind(4999, address="127.0.0.1")
                it = sock(); it.bind(("127.0.0.1", 4000)); it.connect(("127.0.0.1", 4999))
                peer = server.accept()[0]
                it.close(); peer.recv(1); peer.close()
                """)
            let daemon = try room.startDaemon("-f", "--stay")
            let line = daemon.program.waitForError { $0.contains("in use by TIME_WAIT") }
            #expect(line != nil, room.story)

            let status = try room.run("portreservectl", "status")

            #expect(status.status == 1, room.story)
            #expect(status.outputText.contains(" busy "), room.story)
            #expect(status.outputText.contains("TIME_WAIT, for a minute at most"), room.story)
            #expect(try daemon.stop() == 0, room.story)
            client.send(SIGTERM)
            try client.wait()
        }
    }

    @Test(
        "a tcp server that has bound and does not listen yet is told as in use, and can listen",
        arguments: ["0.0.0.0", "127.0.0.1", "::1"], [false, true])
    func unlistening(address: String, isReload: Bool) throws {
        try Room.run { room in
            let server = try bind(Endpoint(address, 631, udp: false), reuseAddress: true)
            room.configure("imap", "993/tcp\n")
            if !isReload { room.configure("cups", "631/tcp\n") }

            let daemon = try room.startDaemon("-f")
            if isReload {
                room.configure("cups", "631/tcp\n")
                try room.runPython("Varlink().call('Reload')")
            }

            let told = "631/tcp: bind: Address already in use, not reserved for 'cups'"
            #expect(daemon.hears(told), room.story)
            #expect(isHeld("993/tcp"), room.story)
            #expect(listen(server.fd, 1) == 0, "errno \(errno); \(room.story)")
        }
    }

    @Test(
        "an address that the machine does not have yet is held, and is its service's when released",
        arguments: ["192.0.2.7", "[2001:db8::7]"], ["tcp", "udp"])
    func noSuchAddress(address: String, transport: String) throws {
        try Room.run { room in
            let endpoint = Endpoint("\(address):5432/\(transport)")
            room.configure("pg", "\(endpoint)\n")

            let daemon = try room.startDaemon("-d")

            #expect(daemon.ready == "portreserve: holding 1 port of 1 service", room.story)
            #expect(daemon.hears("Reserved \(endpoint) for pg"), room.story)
            #expect(refusal(endpoint, reuseAddress: true) == .addressInUse, room.story)
            #expect(refusal(endpoint.at("127.0.0.1")) == nil, room.story)
            try room.run("portrelease", "pg")
            #expect(try daemon.program.wait() == 0, room.story)
            #expect(refusal(endpoint) == nil, room.story)
        }
    }
}

private func sendDatagram(_ text: String, to endpoint: Endpoint) throws {
    let six = endpoint.address.contains(":")
    let fd = socket(six ? AF_INET6 : AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
    guard fd >= 0 else { throw Errno.last }
    defer { close(fd) }
    let bytes = Array(text.utf8)
    let count: Int
    if six {
        var to = sockaddr_in6()
        to.sin6_family = sa_family_t(AF_INET6)
        to.sin6_port = endpoint.port.bigEndian
        unsafe inet_pton(AF_INET6, endpoint.address, &to.sin6_addr)
        count = unsafe send(bytes, fd, &to)
    } else {
        var to = sockaddr_in()
        to.sin_family = sa_family_t(AF_INET)
        to.sin_port = endpoint.port.bigEndian
        unsafe inet_pton(AF_INET, endpoint.address, &to.sin_addr)
        count = unsafe send(bytes, fd, &to)
    }
    guard count == bytes.count else { throw Errno.last }
}

/// Sends to `name`, which is one of libc's sockaddr structures.
private func send<Name>(_ bytes: [UInt8], _ fd: Int32, _ name: UnsafePointer<Name>) -> Int {
    let general = unsafe UnsafeRawPointer(name).assumingMemoryBound(to: sockaddr.self)
    return unsafe sendto(
        fd, bytes, bytes.count, Int32(MSG_NOSIGNAL), general,
        socklen_t(MemoryLayout<Name>.size))
}
