import Control
import Testing
import Text

@Suite("places") struct PlacesTests {
    @Test("of an installation are those that scripts and policies know")
    func installed() {
        let places = Places()

        #expect(places.releaseSocket == "/run/portreserve/socket")
        #expect(places.lock == "/run/portreserve/lock")
        #expect(places.pidFile == "/run/portreserve.pid")
        #expect(places.configurationDirectories == ["/etc/portreserve", "/usr/lib/portreserve"])
        #expect(places.services == "/etc/services")
    }

    @Test("with a directory of one's own differ in nothing else")
    func reading() {
        let places = Places(
            runtimeDirectory: "/r", pidFile: "/p", configurationDirectories: ["/a", "/b"],
            services: "/s"
        ).reading("/c")

        #expect(places.configurationDirectories == ["/c"])
        #expect(places.releaseSocket == "/r/socket")
        #expect(places.lock == "/r/lock")
        #expect(places.pidFile == "/p")
        #expect(places.services == "/s")
    }
}

@Suite("exit statuses") struct ExitStatusTests {
    @Test("are those of the man pages")
    func numbers() {
        #expect(ExitStatus.done.rawValue == 0)
        #expect(ExitStatus.notDone.rawValue == 1)
        #expect(ExitStatus.usage.rawValue == 64)
    }
}
