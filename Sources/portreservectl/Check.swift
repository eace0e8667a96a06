internal import ArgumentParser
internal import Control
internal import Daemon
internal import LinuxIO
internal import Text

/// Says what is wrong with the configuration.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with the configuration, or with files of any name.",
        discussion: "Needs no daemon. Exits 0 when nothing is wrong, and 1 when something is.")

    @Argument(help: "Files to read instead of the configuration.", completion: .file())
    var path: [String] = []

    @Option(
        name: .customLong("name"),
        help: "The service that the one file is to become; a name that is none is said.",
        completion: .service)
    var name: String?

    @Flag(name: .customLong("no-pager"), help: "Accepted; nothing is piped into a pager.")
    var isWithoutPager = false

    func validate() throws {
        if name != nil, path.count != 1 {
            throw ValidationError("'--name' goes with one file.")
        }
    }

    func run() throws {
        let words = path.map { Text(Array($0.utf8)) }
        var status = Daemon.check(words, Places())
        if let name = name.map({ Text(Array($0.utf8)) }), !isServiceName(name) {
            complain("portreservectl: \(Text.quoted(name)): no service can have such a name")
            status = .notDone
        }
        throw ExitCode(status.rawValue)
    }
}
