public import Control
public import Text

/// The command line of portreserve, portreserve(8).
public struct Options: Equatable {
    /// What the program is called for.
    enum Purpose: Equatable {
        case hold
        /// Only says what is wrong with these files, or with the configuration when there is none.
        case check([Text])
        /// Only takes back what a daemon that is gone has left in the kernel.
        case giveBack
        case version
        case help
    }

    /// What the program is called for.
    private(set) var purpose = Purpose.hold
    /// Stays where it was started, and logs to standard error.
    private(set) var isForeground = false
    /// Says what it does.
    private(set) var isVerbose = false
    /// Never exits by itself.
    private(set) var stays = false
    /// Refuses strangers by identity too, where that can be had.
    private(set) var usesGuard = true
    /// The one directory to read; nil: those of every installation.
    private(set) var directory: Text?

    /// Reads the words behind the program's name.
    public init(_ words: ArraySlice<Text>) throws(UsageError) {
        var scanner = OptionScanner(words, lettersWithValue: "c")
        var operands: [Text] = []
        var onlyChecks = false
        while let word = try scanner.next() {
            switch word {
            case .operand(let operand): operands.append(operand)
            case .option("-n", _): onlyChecks = true
            case .option(let name, let value): try take(name, value)
            }
        }
        if onlyChecks, purpose == .hold { purpose = .check(operands) }
        if !onlyChecks, let word = operands.first {
            throw UsageError("\(Text.quoted(word)): a file is named with '-n' only")
        }
    }

    private mutating func take(_ name: Text, _ value: Text?) throws(UsageError) {
        switch name {
        case "-d": (isForeground, isVerbose) = (true, true)
        case "-f": isForeground = true
        case "-c":
            if value == "" { throw UsageError("'-c': a directory is missing") }
            directory = value
        case "-V", "--version": purpose = .version
        case "-h", "--help": purpose = .help
        case "--stay": stays = true
        case "--no-guard": usesGuard = false
        case "--give-back": purpose = .giveBack
        case _: throw UsageError(unknown: name)
        }
    }

    /// One line, for who mistypes.
    public static let usage: Text =
        "usage: portreserve [-d] [-f] [--stay] [--no-guard] [-c DIR] | -n [-c DIR] [PATH...]"
        + " | --give-back | -V | -h"

    /// What `-h` says.
    public static let help: Text = """
        \(usage)
        Holds the ports that files in /etc/portreserve name until their services take them.

          -d          stay in the foreground and say what is done
          -f          stay in the foreground
          --stay      never exit by itself
          --no-guard  do without the guard
          --give-back take back the reserved ports that a daemon has left, and exit
          -c DIR      read DIR alone, not /etc/portreserve and /usr/lib/portreserve
          -n          say what is wrong with the configuration, or with each PATH, and exit
          -V          print the version and exit
          -h          print this and exit

        See portreserve(8), portreserve(5), portrelease(8).
        """
}
