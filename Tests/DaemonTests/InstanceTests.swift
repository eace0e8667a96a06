import CRig
import Control
import Glibc
import Synchronization
import TestFiles
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

/// What the start of an instance ends with, nil where it is the one.
private func failure(_ places: Places, inBackground: Bool) -> String? {
    do throws(Failure) {
        _ = try Instance(places, inBackground: inBackground)
        return nil
    } catch {
        return error.text.description
    }
}

@Suite("the one instance") struct InstanceTests {
    private let place: TemporaryDirectory
    private let places: Places

    init() throws {
        place = try TemporaryDirectory()
        places = Places(
            runtimeDirectory: place.place("run"), pidFile: place.place("pid"),
            configurationDirectories: [], services: "/")
    }

    private let pidLine = Array("\(getpid())\n".utf8)
    private let running = "already running (pid \(getpid()))"

    @Test("keeps a second one out, and says who it is", arguments: [false, true], [false, true])
    func second(firstInBackground: Bool, secondInBackground: Bool) throws {
        let first = try Instance(places, inBackground: firstInBackground)
        try first.writePid()

        #expect(failure(places, inBackground: secondInBackground) == running)
        #expect(place.read("run/lock") == pidLine, "the first one's files are left alone")
        #expect(place.read("pid") == (firstInBackground ? pidLine : nil))
        withExtendedLifetime(first) {}
    }

    @Test("keeps a second one out while it has not said who it is")
    func nameless() throws {
        try place.makeDirectory("run")
        try place.write("run/lock", Array("99999999\n".utf8))  // Left by a dead one.
        let first = try Instance(places, inBackground: true)

        #expect(failure(places, inBackground: true) == "already running")
        withExtendedLifetime(first) {}
    }

    @Test("is a child's too, and ends with the last copy")
    func copies() throws {
        let name = "\(place.path)/run/lock"
        do {
            let first = try Instance(places, inBackground: false)
            #expect(unsafe rig_lock_holder(name) == -1, "an open file description's")
            withExtendedLifetime(first) {}
        }

        #expect(unsafe rig_lock_holder(name) == 0)
        #expect(failure(places, inBackground: false) == nil)
    }

    @Test("takes over what a dead one left behind", arguments: [false, true])
    func leftovers(inBackground: Bool) throws {
        try place.makeDirectory("run")
        try place.write("run/lock", Array("99999999\nand more".utf8))
        try place.write("pid", Array("99999999\nand more".utf8))

        let instance = try Instance(places, inBackground: inBackground)
        try instance.writePid()

        #expect(place.read("run/lock") == pidLine)
        #expect(place.read("pid") == (inBackground ? pidLine : nil))
    }

    @Test("writes its pid file in the background only", arguments: [false, true])
    func pidFile(inBackground: Bool) throws {
        let instance = try Instance(places, inBackground: inBackground)
        try instance.writePid()

        #expect(place.read("run/lock") == pidLine)
        #expect(place.exists("pid") == inBackground)
    }

    @Test("removes its files at the end", arguments: [false, true])
    func removing(inBackground: Bool) throws {
        let instance = try Instance(places, inBackground: inBackground)
        try instance.writePid()
        for name in ["socket", "control"] { try place.write("run/\(name)") }

        Entrances.removeFiles(places)

        #expect(!place.exists("run/socket") && !place.exists("run/control"))
        #expect(place.read("run/lock") == pidLine, "the place is given up last")
        instance.removeFiles()
        #expect(!place.exists("run/lock"))
        #expect(!place.exists("pid"))
        #expect(place.exists("run"))
    }

    @Test(
        "is kept out by a daemon of version 0.0.5, whose pid file is locked the old way",
        arguments: [false, true])
    func old(inBackground: Bool) throws {
        try place.write("pid", Array("77\n".utf8))
        let old = unsafe rig_lock_old("\(place.path)/pid")
        #expect(old >= 0)

        #expect(failure(places, inBackground: inBackground) == running, "the kernel's word counts")
        #expect(place.read("pid") == Array("77\n".utf8))
        close(old)
        #expect(failure(places, inBackground: inBackground) == nil)
    }

    @Test("locks its pid file against 0.0.5")
    func lockedPidFile() throws {
        let instance = try Instance(places, inBackground: true)

        #expect(unsafe [-EAGAIN, -EACCES].contains(rig_lock_old("\(place.path)/pid")))
        withExtendedLifetime(instance) {}
    }

    @Test("is refused where its files cannot be made")
    func refused() throws {
        try place.write("run")

        let text = failure(places, inBackground: false)

        #expect(text == "\(place.path)/run/lock: Not a directory, not started")
    }
}

@Suite("the race for the one instance") struct InstanceRaceTests {
    /// Takes the place and gives it up again and again; says how often it had it.
    private func run(_ places: Places, _ inside: borrowing Atomic<Int>, until count: Int) -> Int {
        var (had, tries) = (0, 0)
        while had < count, tries < count * 200 {
            tries += 1
            guard let instance = try? Instance(places, inBackground: true) else { continue }
            had += 1
            let others = inside.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue
            // What is locked is the file of that name: a third one would find it so.
            let isNamed = unsafe rig_lock_holder("\(places.lock)") == -1
            if others != 0 || !isNamed { Issue.record("two at once: \(others), \(isNamed)") }
            inside.wrappingSubtract(1, ordering: .sequentiallyConsistent)
            instance.removeFiles()
        }
        return had
    }

    @Test("no two have it at once, though each removes the names of its locks")
    func race() async throws {
        let place = try TemporaryDirectory()
        let inside = Counter()
        let had = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    let places = Places(
                        runtimeDirectory: place.place("run"), pidFile: place.place("pid"),
                        configurationDirectories: [], services: "/")
                    return run(places, inside.count, until: 1000)
                }
            }
            return await group.reduce(0, +)
        }

        #expect(had > 100, "they hardly met")
    }
}

private final class Counter: Sendable {
    let count = Atomic(0)
}
