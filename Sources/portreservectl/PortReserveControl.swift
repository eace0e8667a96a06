// portreservectl(8): the administrator's tool. Normal Swift, not lean: it is never in a boot's way.
// One file a verb; what they print is made by pure pieces (Table, PrettyJSON, Age, NearMiss), and
// what they ask goes through Conversation. It never writes to what it looks at.

internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text

@main
struct PortReserveControl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portreservectl",
        abstract: "See and change what portreserve holds.",
        discussion: """
            Exit status: 0 all is well, 1 something is busy or wrong, 3 portreserve is not \
            running, 4 no such service, 64 wrong usage. See portreservectl(8).
            """,
        version: versionLine,
        subcommands: [
            Status.self, Check.self, Release.self, Hold.self, Reload.self, Watch.self,
            Incidents.self, Log.self, Version.self,
        ])

    @Flag(name: .customShort("V"), help: "As --version.")
    var isVersion = false

    func run() throws {
        if !isVersion { throw CleanExit.helpRequest(self) }
        try Version().run()
    }

    static func main() {
        // A table for a standard output that is closed would go to the daemon else.
        ThisProcess.openStandardDescriptors()
        main(nil)
    }
}

/// Prints the version.
struct Version: Verb {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func perform() throws(Trouble) -> Outcome {
        try say(Text(Array(versionLine.utf8)))
        return .done
    }
}

private let versionLine = "portreservectl \(Control.version)"
