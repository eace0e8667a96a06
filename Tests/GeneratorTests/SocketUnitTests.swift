import Testing

@testable import Generator

@Suite("generator: a socket unit") struct SocketUnitTests {
    @Test(
        "listens where its lines say",
        arguments: [
            ("", []),
            ("[Socket]\nListenStream=631", ["631/tcp"]),
            ("[Socket]\nListenDatagram=631\n", ["631/udp"]),
            ("[Socket]\nListenStream = 631 \nListenDatagram=\t514\r\n", ["631/tcp", "514/udp"]),
            ("[Socket]\nListenStream=127.0.0.1:631", ["127.0.0.1:631/tcp"]),
            ("[Socket]\nListenStream=[::1]:631", ["[::1]:631/tcp"]),
            ("[Socket]\nListenStream=[fe80::1]:631%%eth0", ["[fe80::1]:631/tcp"]),
            ("[Socket]\nListenStream=0.0.0.0:631\nListenStream=[::]:631", ["631/tcp", "631/tcp"]),
            ("\u{feff}[Socket]\nListenStream=1", ["1/tcp"]),
            ("[Socket]\n# ListenStream=1\n; ListenStream=2\n", []),
            ("[Socket]\nListenStream=\\\n631", ["631/tcp"]),
            ("[Socket]\nListenStream=\\\n# a comment\n  631", ["631/tcp"]),
            ("[Socket]\nListenStream=631\\", ["631/tcp"]),
            ("[Socket]\nDescription=a \\\\\nListenStream=631", ["631/tcp"]),
            ("[Socket]\nDescription=a \\\nListenStream=631", []),
            ("ListenStream=1", []),
            ("[Install]\nListenStream=1\n[Socket]\nListenStream=2", ["2/tcp"]),
            ("[Socket]\nListenStream=2\n[Service]\nListenStream=1", ["2/tcp"]),
            ("[Socket]\nListenStream=/run/cups/cups.sock", []),
            ("[Socket]\nListenStream=@abstract:631", []),
            ("[Socket]\nListenStream=vsock:2:631", []),
            ("[Socket]\nListenStream=vsock::631", []),
            ("[Socket]\nListenStream=%i\nListenStream=1%i", []),
            ("[Socket]\nListenStream=0\nListenStream=65536\nListenStream=-1", []),
            ("[Socket]\nListenStream=[::1:631\nListenStream=::1:631\nListenStream=1.2.3:631", []),
            ("[Socket]\nListenSequentialPacket=631\nListenFIFO=631", []),
            ("[Socket]\nSocketProtocol=sctp\nListenStream=631", []),
            ("[Socket]\nSocketProtocol=mptcp\nListenStream=631", ["631/tcp"]),
            ("[Socket]\nSocketProtocol=sctp\nSocketProtocol=\nListenStream=631", ["631/tcp"]),
        ])
    func listens(text: String, ports: [String]) {
        #expect(SocketUnit("a.socket", text).shown == ports)
    }

    @Test(
        "has its drop-ins' lines behind its own, and an empty one takes back all before it",
        arguments: ["ListenStream", "ListenDatagram", "ListenFIFO", "ListenSequentialPacket"])
    func reset(key: String) {
        let first = "[Socket]\nListenStream=1\nListenDatagram=2"

        let added = SocketUnit("a.socket", first, "[Socket]\nListenStream=3")
        let replaced = SocketUnit("a.socket", first, "[Socket]\n\(key)= \nListenStream=3")
        let elsewhere = SocketUnit("a.socket", first, "\(key)=\n[Unit]\n\(key)=\n")

        #expect(added.shown == ["1/tcp", "2/udp", "3/tcp"])
        #expect(replaced.shown == ["3/tcp"])
        #expect(elsewhere.shown == ["1/tcp", "2/udp"])
    }

    @Test(
        "is one of a connection each by any word that systemd takes for a yes",
        arguments: [
            ("yes", true), ("Yes", true), ("YES", true), ("TRUE", true), ("True", true),
            ("On", true), ("1", true), ("T", true), ("Y", true), ("No", false), ("OFF", false),
            ("0", false), ("yess", false), ("", false),
        ])
    func accepting(word: String, isAccepting: Bool) {
        #expect(SocketUnit("a.socket", "[Socket]\nAccept=\(word)").isAccepting == isAccepting)
    }

    @Test(
        "starts the service of its name, the one that it names, or a template's instances",
        arguments: [
            ("a.socket", "", "a.service"),
            ("a.socket", "Accept=no", "a.service"),
            ("a.socket", "Accept=yes", "a@.service"),
            ("a.socket", "Accept=true\nAccept=0", "a.service"),
            ("a.socket", "Service=b.service", "b.service"),
            ("a.socket", "Service=b.service\nService=", "a.service"),
            ("a@.socket", "", "a@.service"),
            ("a@1.socket", "", "a@1.service"),
        ])
    func service(name: String, line: String, service: String) {
        let unit = SocketUnit(UnitName(stringLiteral: name), "[Socket]\n\(line)")

        #expect(unit.service == UnitName(stringLiteral: service))
    }
}
