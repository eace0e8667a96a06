internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// Lets ports go.
struct Release: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Let a service's ports go, so that it can bind them.",
        discussion: "Exits 1 when a port is somebody else's. For root.")

    @Argument(help: "Services; '*' is every one.", completion: .service)
    var name: [String]

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        try change(name, output.style, "released") { .release($0) }
    }
}

/// Holds ports again.
struct Hold: Verb {
    static let configuration = CommandConfiguration(
        abstract: "Hold a service's ports again after a release.",
        discussion: "Exits 1 when a port is somebody else's, or none is held. For root.")

    @Argument(help: "Services; '*' is every one.", completion: .service)
    var name: [String]

    @OptionGroup var output: OutputOptions

    func perform() throws(Trouble) -> Outcome {
        try change(name, output.style, "held") { .hold($0) }
    }
}

/// Asks for a change of each service, and prints what came of it; `word` is the change, and the
/// name of its number in the reply.
private func change(
    _ names: [String], _ style: JSONStyle, _ word: Text, _ request: (Text) -> Request
) throws(Trouble) -> Outcome {
    var conversation = try Conversation()
    return try forEach(names) { name throws(Trouble) in
        var outcome = Outcome.done
        try conversation.ask(request(name)) { parameters in
            let count = parameters.value(word)?.integer ?? 0
            let busy = parameters.value("busy")?.integer ?? 0
            answer(json(parameters, style) ?? changeLine(name, count, busy, word))
            let isNothingHeld = word == "held" && count == 0
            outcome = busy > 0 || isNothingHeld ? .wrong : .done
        }
        return outcome
    }
}

/// `cups: 3 ports released, 1 is somebody else's`.
func changeLine(_ name: Text, _ count: Int, _ busy: Int, _ word: Text) -> Text {
    let service = Text.printable(name.bytes[...], most: 255)
    let line: Text = "\(service): \(counted(count, "port", "ports")) \(word)"
    if busy == 0 { return line }
    return "\(line), \(counted(busy, "is", "are")) somebody else's"
}
