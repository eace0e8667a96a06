public import Text

/// How every program of ours ends.
public enum ExitStatus: Int32 {
    case done = 0
    case notDone = 1
    /// The command line means nothing; ArgumentParser exits with the same.
    case usage = 64
}

/// The version of all programs, which are released together.
public let version: Text = "1.0.0"
