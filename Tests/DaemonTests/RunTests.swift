import Control
import TestFiles
import Testing
import Text

@testable import Daemon

/// Each in a process of its own, whose standard error is caught.
@Suite("checking the configuration") struct RunTests {
    @Test("is silent when nothing is wrong")
    func clean() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let layers = try Layers()
            try layers.write("etc/cups", "ipp\n[::1]:2-3")

            #expect(check([], layers.places) == .done)
            #expect(check([layers.place.place("etc/cups")], layers.places) == .done)
        }

        #expect(result?.standardErrorContent == [])
    }

    @Test("says each wrong line once, and that it is not well")
    func wrong() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let layers = try Layers()
            try layers.write("etc/cups", "ipp/x\n1 2\n")

            #expect(check([], layers.places) == .notDone)
        }

        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        let lines = said.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains("etc/cups:1:1: 'ipp/x': no such protocol") == true)
    }

    @Test("with a directory named reads that one alone")
    func directory() async {
        let result = await #expect(
            processExitsWith: .success,
            observing: [\.standardErrorContent]
        ) {
            let layers = try Layers()
            try layers.write("etc/cups", "ipp/x\n")
            let options = try Options(["-n", "-c", layers.place.place("lib")])

            #expect(run(options, layers.places) == .done)
        }

        #expect(result?.standardErrorContent == [])
    }
}
