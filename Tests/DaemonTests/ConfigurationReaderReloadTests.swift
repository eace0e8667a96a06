import Control
import Glibc
import TestFiles
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

@Suite("a directory that cannot be read at a reload") struct ConfigurationReaderReloadTests {
    private let layers: Layers

    init() throws { layers = try Layers() }

    private func rename(_ name: String, to other: String) {
        let (from, to) = ("\(layers.place.path)/\(name)", "\(layers.place.path)/\(other)")
        #expect(unsafe Glibc.rename(from, to) == 0)
    }

    /// Takes a directory away, and may leave a file in its place.
    private func takeAway(_ name: String, leavingFile: Bool) throws {
        rename(name, to: "\(name).away")
        if leavingFile { try layers.write(name, "") }
    }

    @Test("keeps its services, which hide their namesakes as before", arguments: [false, true])
    func hides(leavingFile: Bool) throws {
        for (number, name) in ["cups", "empty", "null", "other"].enumerated() {
            try layers.write("lib/\(name)", "\(number + 2)/tcp")
        }
        try layers.write("etc/cups", "1/tcp")
        try layers.write("etc/empty", "")
        try layers.place.link("etc/null", to: "/dev/null")
        let before = layers.read()
        try takeAway("etc", leavingFile: leavingFile)
        try layers.write("lib/new", "9/tcp")

        let first = layers.read(after: before.plan)
        let second = layers.read(after: first.plan)

        let why = leavingFile ? "Not a directory" : "No such file or directory"
        for reading in [first, second] {
            #expect(reading.endpoints == ["cups 1/tcp", "new 9/tcp", "other 5/tcp"])
            #expect(
                reading.diagnostics == [
                    "etc/cups: keeping 1 port that it named before",
                    "etc: \(why), nothing is read from it",
                ])
        }
    }

    @Test("counts again as soon as it can be read")
    func comesBack() throws {
        try layers.write("lib/cups", "2/tcp")
        for name in ["cups", "gone"] { try layers.write("etc/\(name)", "1/tcp") }
        let before = layers.read()
        try takeAway("etc", leavingFile: false)
        let meanwhile = layers.read(after: before.plan)
        rename("etc.away", to: "etc")
        for name in ["cups", "gone"] { try removeFile(Path(layers.place.place("etc/\(name)"))) }

        let reading = layers.read(after: meanwhile.plan)

        #expect(reading.endpoints == ["cups 2/tcp"])
        #expect(reading.diagnostics.isEmpty)
    }

    @Test("leaves the files of others as they are")
    func others() throws {
        try layers.write("lib/cups", "2/tcp")
        let before = layers.read()
        try takeAway("etc", leavingFile: false)
        try layers.write("lib/cups", "3/tcp")

        #expect(layers.read(after: before.plan).endpoints == ["cups 3/tcp"])
    }

    @Test("hides nothing of those above it")
    func above() throws {
        try layers.write("lib/cups", "2/tcp")
        try layers.write("lib/bmc", "623/udp")
        let before = layers.read()
        try takeAway("lib", leavingFile: true)
        try layers.write("etc/cups", "1/tcp")

        #expect(layers.read(after: before.plan).endpoints == ["bmc 623/udp", "cups 1/tcp"])
    }

    @Test(
        "keeps nothing that is removed from another one", arguments: ["etc", "lib"], [false, true])
    func removed(elsewhere name: String, leavingFile: Bool) throws {
        if name == "lib", !leavingFile { return }  // a missing one is an empty one
        let other = name == "etc" ? "lib" : "etc"
        try layers.write("\(other)/cups", "1/tcp")
        try layers.write("\(other)/lpd", "2/tcp")
        try takeAway(name, leavingFile: leavingFile)
        let before = layers.read()
        try removeFile(Path(layers.place.place("\(other)/cups")))

        #expect(before.endpoints == ["cups 1/tcp", "lpd 2/tcp"])
        #expect(layers.read(after: before.plan).endpoints == ["lpd 2/tcp"])
    }

    @Test("for too many files, costs no service anything, whichever of them is left out")
    func cut() throws {
        for number in 1...16_384 { try fill("etc/s\(number)", "\(number)/tcp") }
        try fill("lib/s1", "20001/tcp")
        try fill("lib/other", "20002/tcp")
        let before = layers.read()
        try fill("etc/new", "20003/tcp")

        let reading = layers.read(after: before.plan)

        #expect(before.endpoints.count == 16_385)
        #expect(Set(before.endpoints).subtracting(reading.endpoints).isEmpty)
        #expect(!reading.endpoints.contains("s1 20001/tcp"))
        #expect(reading.diagnostics.contains("etc: more than 16384 files, ignoring the rest"))
    }

    @Test("for too many files, keeps what may be left out, and nothing that is removed above it")
    func cutBelow() throws {
        for number in 1...16_384 { try fill("lib/s\(number)", "\(number)/tcp") }
        for name in ["cups", "s1"] { try fill("etc/\(name)", "20001/tcp") }
        let before = layers.read()
        try fill("lib/new", "20003/tcp")
        for name in ["cups", "s1"] { try removeFile(Path(layers.place.place("etc/\(name)"))) }

        let reading = layers.read(after: before.plan)

        let lost = Set(before.endpoints).subtracting(reading.endpoints)
        #expect(lost == ["cups 20001/tcp", "s1 20001/tcp"])
    }

    /// Sixteen thousand files are written faster without Foundation.
    private func fill(_ name: String, _ text: String) throws {
        let fd = unsafe creat("\(layers.place.path)/\(name)", 0o644)
        try #require(fd >= 0)
        let bytes = Array(text.utf8)
        #expect(unsafe write(fd, bytes, bytes.count) == bytes.count)
        close(fd)
    }
}
