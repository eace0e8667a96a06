// portreservectl(8): the administrator's tool. Normal Swift, not lean: it is never in a boot's way.

internal import ArgumentParser
internal import Control
internal import Daemon
internal import LinuxIO
internal import Text

@main
struct PortReserveControl: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portreservectl",
        abstract: "Look at what portreserve keeps.",
        version: "portreservectl \(version)",
        subcommands: [Check.self, Version.self])
}

/// Says what is wrong with the configuration.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with the configuration, or with files of any name.",
        discussion: "Exits 0 when nothing is wrong, and 1 when something is.")

    @Argument(help: "Files to read instead of the configuration.", completion: .file())
    var paths: [String] = []

    func run() throws {
        let words = paths.map { Text(Array($0.utf8)) }
        throw ExitCode(Daemon.check(words, Places()).rawValue)
    }
}

/// Prints the version.
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func run() { print("portreservectl \(Control.version)") }
}
