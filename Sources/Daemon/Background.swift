internal import Control
internal import LinuxIO
internal import Text

/// The process that was started, as its child sees it: it waits to end.
struct WaitingParent: ~Copyable {
    private let pipe: Descriptor
    /// What becomes of the standard descriptors, opened while a failure can still be told.
    private let null: Descriptor

    /// Goes on in a child with a session of its own, away from any terminal.
    ///
    /// The parent, to which this does not return, waits for the child's word; signals end it.
    static func left() throws(Failure) -> WaitingParent {
        let pipe = try needed("pipe") { () throws(Errno) in try Pipe() }
        let null = try needed("/dev/null") { () throws(Errno) in
            try open("/dev/null", .readWrite)
        }
        switch try needed("fork", { () throws(Errno) in try ThisProcess.fork() }) {
        case .parent(let child): wait(for: child, pipe)
        case .child:
            try needed("setsid") { () throws(Errno) in try ThisProcess.startSession() }
            return WaitingParent(pipe: pipe.writeEnd, null: null)
        }
    }

    /// Gives up the standard descriptors, then lets the parent end well.
    ///
    /// Throws where the parent cannot be told: it waits for the end of this process then.
    consuming func letGo() throws(Failure) {
        for number in Int32(0)...2 { try? null.duplicate(onto: number) }
        let word: [UInt8] = [1]
        try needed("pipe") { () throws(Errno) in _ = try pipe.write(word.span) }
    }
}

/// Ends this process: well if the child says a word, badly if it is gone without one.
private func wait(for child: Int32, _ pipe: consuming Pipe) -> Never {
    let end = pipe.readEnd
    var word: [UInt8] = [0]
    let count = (try? end.read(into: &word)) ?? 0
    if count == 1 { ThisProcess.leave(status: ExitStatus.done.rawValue) }
    if let signal = try? ThisProcess.signalThatEnded(child) {
        complain("portreserve: the daemon was ended by signal \(signal), not started")
    }
    ThisProcess.leave(status: ExitStatus.notDone.rawValue)
}
