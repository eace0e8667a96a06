internal import ArgumentParser
internal import LinuxIO
internal import Text

/// How a verb ends: its exit status.
///
/// Status 3 and 4 are those of init scripts, LSB 5.0.
enum Outcome: Int32 {
    case done = 0
    /// Something is busy or wrong.
    case wrong = 1
    /// There is no daemon.
    case notRunning = 3
    case noSuchService = 4

    /// What two of them come to: the greater status.
    func and(_ other: Outcome) -> Outcome { rawValue < other.rawValue ? other : self }
}

/// A verb of portreservectl that may end in trouble.
protocol Verb: ParsableCommand {
    /// Does what the verb says.
    func perform() throws(Trouble) -> Outcome
}

extension Verb {
    func run() throws {
        var outcome: Outcome
        do throws(Trouble) {
            outcome = try perform()
        } catch {
            if let text = error.text { complain(text) }
            outcome = error.outcome
        }
        throw ExitCode(outcome.rawValue)
    }
}

/// Does `body` for one name after the other.
///
/// Trouble with one does not keep the next from it, but where there is no reply, or no output, or
/// only root may, the next fares no better.
func forEach(
    _ names: [String], _ body: (Text) throws(Trouble) -> Outcome
) throws(Trouble) -> Outcome {
    var outcome = Outcome.done
    for name in names {
        do throws(Trouble) {
            outcome = outcome.and(try body(Text(Array(name.utf8))))
        } catch {
            if error.endsAll { throw error }
            if let text = error.text { complain(text) }
            outcome = outcome.and(error.outcome)
        }
    }
    return outcome
}
