internal import Control
internal import Text

/// The command line of portrelease, portrelease(8).
struct ReleaseOptions: Equatable {
    /// What the program is called for.
    enum Purpose {
        case release
        case version
        case help
    }

    private(set) var purpose = Purpose.release
    /// Says what is done.
    private(set) var isVerbose = false
    /// The services to release; `*` is all of them.
    private(set) var names: [Text] = []

    /// Reads the words behind the program's name.
    init(_ words: ArraySlice<Text>) throws(UsageError) {
        var scanner = OptionScanner(words)
        while let word = try scanner.next() {
            switch word {
            case .operand(let name): names.append(name)
            case .option("-v", _): isVerbose = true
            case .option("-V", _), .option("--version", _): purpose = .version
            case .option("-h", _), .option("--help", _): purpose = .help
            case .option(let name, _): throw UsageError(unknown: name)
            }
        }
    }

    static let usage: Text = "usage: portrelease [-v] [NAME...] | -V | -h"

    static let help: Text = """
        \(usage)
        Releases the ports of each service NAME, the name of its file in /etc/portreserve;
        '*' is every service. Succeeds where there is nothing to release or nobody to ask.

          -v  say what is done
          -V  print the version and exit
          -h  print this and exit

        See portrelease(8), portreserve(8).
        """
}
