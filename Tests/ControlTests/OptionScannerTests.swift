import Control
import Testing
import Text

private func text(_ string: String) -> Text { Text(Array(string.utf8)) }

/// What a command line comes to: `-d`, `-c=DIR`, `<operand>`, at last `! why` where it is wrong.
private func scan(_ words: [String], lettersWithValue: Text = "c") -> [String] {
    var scanner = OptionScanner(words.map(text)[...], lettersWithValue: lettersWithValue)
    var found: [String] = []
    do throws(UsageError) {
        while let word = try scanner.next() {
            switch word {
            case .operand(let operand): found.append("<\(operand)>")
            case .option(let name, nil): found.append("\(name)")
            case .option(let name, let value?): found.append("\(name)=\(value)")
            }
        }
    } catch {
        found.append("! \(error.text)")
    }
    return found
}

@Suite("a command line") struct OptionScannerTests {
    @Test(
        "is read as getopt reads it",
        arguments: [
            ([], []),
            (["-d"], ["-d"]),
            (["-d", "-f"], ["-d", "-f"]),
            (["-df"], ["-d", "-f"]),
            (["a", "-d", "b"], ["<a>", "-d", "<b>"]),
            (["-c", "DIR", "x"], ["-c=DIR", "<x>"]),
            (["-cDIR"], ["-c=DIR"]),
            (["-dcDIR"], ["-d", "-c=DIR"]),
            (["-dc", "DIR"], ["-d", "-c=DIR"]),
            (["-cd"], ["-c=d"]),
            (["-c", "-d"], ["-c=-d"]),
            (["-c", "--", "x"], ["-c=--", "<x>"]),
            (["-c", ""], ["-c="]),
            (["-c", "a", "-c", "b"], ["-c=a", "-c=b"]),
            (["--stay"], ["--stay"]),
            (["--stay=1"], ["--stay=1"]),
            (["--stay", "x"], ["--stay", "<x>"]),
            (["---"], ["---"]),
            (["-"], ["<->"]),
            ([""], ["<>"]),
            (["--"], []),
            (["--", "-d"], ["<-d>"]),
            (["-d", "--", "--", "-f"], ["-d", "<-->", "<-f>"]),
            (["a", "--", "b"], ["<a>", "<b>"]),
            (["-d-"], ["-d", "--"]),
        ])
    func reading(words: [String], wanted: [String]) {
        #expect(scan(words) == wanted)
    }

    @Test("a value that is missing is said", arguments: [["-c"], ["-dc"], ["x", "-c"]])
    func missing(words: [String]) {
        #expect(scan(words).last == "! '-c': a value is missing")
    }

    @Test("no letter has a value unless the program says so")
    func noValues() {
        #expect(scan(["-cd", "x"], lettersWithValue: "") == ["-c", "-d", "<x>"])
    }

    @Test("a letter that is no UTF-8 is an option like any other")
    func foreignLetter() throws {
        var scanner = OptionScanner([Text([0x2d, 0xff])])

        #expect(try scanner.next() == .option(Text([0x2d, 0xff]), value: nil))
        #expect(try scanner.next() == nil)
    }

    @Test("an unknown option is quoted, fit for a terminal")
    func unknown() {
        #expect(UsageError(unknown: "-x").text == "'-x': unknown option")
        #expect(UsageError(unknown: Text([0x2d, 0x1b])).text == #"'-\x1b': unknown option"#)
    }
}
