import Testing
import Text

@testable import Reservations

/// A configuration that was right, and what becomes of its ports when it goes wrong.
@Suite("what a plan keeps of the one before") struct RetainedTests {
    private let old = Plan([("cups", "631/tcp\n632/tcp permanent"), ("imap", "993/tcp")])

    private func plan(
        _ files: [(service: Text, text: String)], unread: [Text] = []
    ) -> Plan {
        Plan(
            files.map { ConfigurationFile($0.text, service: $0.service) }, database: nil,
            unread: unread.map { ServiceName($0) }, after: old)
    }

    @Test("is nothing where all files are right")
    func right() {
        #expect(plan([("cups", "631/tcp")]).shown == ["cups: 631/tcp"])
        #expect(plan([]).shown.isEmpty)
    }

    @Test("is what a wrong file has lost, said once")
    func wrong() {
        let plan = plan([("cups", "631/tcp\n632/tpc"), ("imap", "993/tcp")])

        #expect(plan.shown == ["cups: 632/tcp 631/tcp", "imap: 993/tcp"])
        #expect(plan.entries.first { $0.endpoint.port == 632 }?.permanent == true)
        #expect(
            plan.diagnostics.map { $0.text.description } == [
                "/etc/portreserve/cups:2:1: '632/tpc': no such protocol, ignoring this line",
                "/etc/portreserve/cups: keeping 1 port that it named before",
            ])
    }

    @Test("is all of a file that cannot be read")
    func unread() {
        let plan = plan([("imap", "993/tcp")], unread: ["cups", "nosuch"])

        #expect(plan.shown == ["cups: 631/tcp 632/tcp", "imap: 993/tcp"])
        #expect(
            plan.diagnostics.map { $0.text.description } == [
                "/etc/portreserve/cups: keeping 2 ports that it named before"
            ])
    }

    @Test("is not what another service names now")
    func moved() {
        let plan = plan([("cups", "x/y"), ("lpd", "631/tcp")])

        #expect(plan.shown == ["cups: 632/tcp", "lpd: 631/tcp"])
    }
}
