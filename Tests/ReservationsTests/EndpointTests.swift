import Testing
import Text

@testable import Reservations

@Suite("an endpoint") struct EndpointTests {
    @Test("is written as in a configuration file")
    func text() {
        #expect(Endpoint(.tcp, .any, port: 631).text == "631/tcp")
        #expect(Endpoint(.udp, .ipv4(0x7f00_0001), port: 53).text == "127.0.0.1:53/udp")
        #expect(Endpoint(.tcp, .ipv6(high: 0, low: 1), port: 65_535).text == "[::1]:65535/tcp")
    }

    @Test(
        "protocols are named in any case, and in no other way",
        arguments: [
            ("tcp", "tcp"), ("TCP", "tcp"), ("Udp", "udp"), ("", nil), ("tc", nil), ("tcp4", nil),
            ("sctp", nil), ("tCp", "tcp"), ("\u{14}cp", nil), ("udp ", nil),
        ] as [(String, String?)])
    func transports(text: String, transport: String?) {
        #expect(TransportProtocol(bytes(text)[...])?.text.description == transport)
    }
}

@Suite("a service's name") struct ServiceNameTests {
    @Test(
        "is that of a file without dot and tilde, of 1 to 255 bytes",
        arguments: [
            ("cups", true), ("a", true), ("", false), ("cups.rpmsave", false), (".hidden", false),
            ("cups~", false), ("größe", true), ("a b", true), ("-x", true), ("*", true),
        ])
    func isService(name: String, isSo: Bool) {
        #expect(ServiceName(Text(bytes(name))).isService == isSo)
    }

    @Test("has a bound", arguments: [254, 255, 256])
    func bound(count: Int) {
        #expect(ServiceName(Text(Array(repeating: 0x61, count: count))).isService == (count <= 255))
    }

    @Test("is shown whole, fit for a message")
    func shown() {
        let long = Text(Array(repeating: 0x61, count: 255))

        #expect(ServiceName(long).text == long)
        #expect(ServiceName(Text([0x61, 0xff, 0x0a])).text == #"a\xff\x0a"#)
    }

    @Test("is ordered and compared byte by byte")
    func order() {
        #expect(ServiceName("\u{e9}") != ServiceName("e\u{301}"))
        #expect(ServiceName("B") < ServiceName("a"))
        #expect(ServiceName("a") < ServiceName("aa"))
    }
}
