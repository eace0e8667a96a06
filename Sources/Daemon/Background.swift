internal import LinuxIO
internal import Text

/// Goes on in a child with a session of its own, away from any terminal.
///
/// The parent, to which this does not return, ends when the child is in order. What is open stays
/// open, and locked, in the child. `inOrder` is what is still to be done before the parent may end.
func moveToBackground(_ inOrder: () throws(Failure) -> Void) throws(Failure) {
    let pipe = try needed("pipe") { () throws(Errno) in try Pipe() }
    switch try needed("fork", { () throws(Errno) in try forkProcess() }) {
    case .parent: waitForChild(pipe)
    case .child:
        try needed("setsid") { () throws(Errno) in try startSession() }
        try inOrder()
        try needed("/dev/null") { () throws(Errno) in
            let null = try open("/dev/null", .readWrite)
            for number in Int32(0)...2 { try null.duplicate(onto: number) }
        }
        let word: [UInt8] = [1]
        _ = try? pipe.writeEnd.write(word.span)
    }
}

/// Ends this process: well if the child says a word, badly if it is gone without one.
private func waitForChild(_ pipe: consuming Pipe) -> Never {
    let end = pipe.readEnd
    var word: [UInt8] = [0]
    let count = (try? end.read(into: &word)) ?? 0
    leave(status: count == 1 ? 0 : 1)
}
