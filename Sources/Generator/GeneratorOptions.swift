public import Control
public import Text

/// The command line of portreserve-generator, portreserve-generator(8).
public struct GeneratorOptions: Equatable {
    /// What the program is called for.
    enum Purpose: Equatable {
        /// Writes below this directory.
        case generate(Text)
        case version
        case help
    }

    private(set) var purpose: Purpose

    /// Reads the words behind the program's name.
    public init(_ words: ArraySlice<Text>) throws(UsageError) {
        var scanner = OptionScanner(words)
        var directories: [Text] = []
        var other: Purpose?
        while let word = try scanner.next() {
            switch word {
            case .operand(let name): directories.append(name)
            case .option("-V", _), .option("--version", _): other = .version
            case .option("-h", _), .option("--help", _): other = .help
            case .option(let name, _): throw UsageError(unknown: name)
            }
        }
        if let other {
            purpose = other
            return
        }
        guard directories.count == 3 else {
            throw UsageError("systemd calls it with three directories, not \(directories.count)")
        }
        purpose = .generate(directories[0])
    }

    /// One line, for who mistypes.
    public static let usage: Text = "usage: portreserve-generator NORMAL EARLY LATE | -V | -h"

    static let help: Text = """
        \(usage)
        Writes into the directory NORMAL a drop-in for the unit of each service that has a file in
        /etc/portreserve, by which it asks for its ports. systemd calls it at boot and at
        'systemctl daemon-reload'.

          -V  print the version and exit
          -h  print this and exit

        See portreserve-generator(8), portreserve(8).
        """
}
