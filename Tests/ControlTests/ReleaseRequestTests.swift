import Control
import Reservations
import Testing
import Text

@Suite("a release request") struct ReleaseRequestTests {
    @Test(
        "is a bare name that a service can have",
        arguments: [
            "cups", "a", "größe", "a b", "-x", "**", "* ", "cups\n", "\u{1b}", " ",
            String(repeating: "n", count: 255),
        ])
    func service(name: String) {
        let bytes = Array(name.utf8)

        #expect(ReleaseRequest(datagram: bytes) == .service(ServiceName(Text(bytes))))
    }

    @Test("an asterisk is every service")
    func every() {
        #expect(ReleaseRequest(datagram: [0x2a]) == .everyService)
        #expect(ReleaseRequest.everyService.datagram == [0x2a])
    }

    @Test(
        "is none where no service can have such a name",
        arguments: [
            "", "cups\0", "\0", "a/b", "/", ".", "..", "cups.rpmsave", "cups~", "*.",
            String(repeating: "n", count: 256),
        ])
    func none(name: String) {
        #expect(ReleaseRequest(datagram: Array(name.utf8)) == nil)
    }

    @Test("comes back as it was sent, for every byte that a name may hold")
    func roundTrip() {
        for byte in UInt8.min...UInt8.max {
            for name in [[byte], [0x61, byte], [byte, byte, 0x62]] {
                guard let request = ReleaseRequest(datagram: name) else { continue }
                #expect(request.datagram == name)
                #expect(ReleaseRequest(datagram: request.datagram) == request)
            }
        }
        let refused = (UInt8.min...UInt8.max).filter {
            ReleaseRequest(datagram: [0x61, $0]) == nil
        }
        #expect(refused.map { [$0] } == [[0], [0x2e], [0x2f], [0x7e]])
    }
}
