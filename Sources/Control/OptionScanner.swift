public import Text

/// A command line that means nothing, and which word of it.
public struct UsageError: Error, Equatable, Writable {
    /// The word and what is wrong with it.
    public let text: Text

    /// Says what is wrong with the command line.
    public init(_ text: Text) { self.text = text }

    /// Says that nobody knows this option, as it was written.
    public init(unknown option: Text) { self.init("\(Text.quoted(option)): unknown option") }
}

/// Reads a command line word by word in the manner of getopt(3): letters may stand together, a
/// value may stand behind its letter, options may follow words, `--` ends them.
public struct OptionScanner {
    /// What the command line holds next.
    public enum Word: Equatable {
        /// An option with its dashes: `-d`, `--stay`. Only letters of `lettersWithValue` have one.
        case option(Text, value: Text?)
        case operand(Text)
    }

    private var words: ArraySlice<Text>
    private let lettersWithValue: Text
    /// Letters that stand together and are not yet taken.
    private var letters: ArraySlice<UInt8> = []
    private var isPastOptions = false

    /// Reads `words`, which are those behind the program's name.
    public init(_ words: ArraySlice<Text>, lettersWithValue: Text = "") {
        self.words = words
        self.lettersWithValue = lettersWithValue
    }

    /// The next word, nil at the end.
    ///
    /// Throws when a value is missing.
    public mutating func next() throws(UsageError) -> Word? {
        if let letter = letters.popFirst() { return try option(letter) }
        guard let word = words.popFirst() else { return nil }
        let dash = UInt8(ascii: "-")
        let isOperand = isPastOptions || word == "-" || word.bytes.first != dash
        if isOperand { return .operand(word) }
        if word == "--" {
            isPastOptions = true
            return words.popFirst().map { .operand($0) }
        }
        if word.bytes.starts(with: [dash, dash]) { return .option(word, value: nil) }
        letters = word.bytes.dropFirst()
        return try option(letters.removeFirst())
    }

    private mutating func option(_ letter: UInt8) throws(UsageError) -> Word {
        let name = Text([UInt8(ascii: "-"), letter])
        guard lettersWithValue.bytes.contains(letter) else { return .option(name, value: nil) }
        defer { letters = [] }
        if !letters.isEmpty { return .option(name, value: Text(letters)) }
        guard let value = words.popFirst() else {
            throw UsageError("'\(name)': a value is missing")
        }
        return .option(name, value: value)
    }
}
