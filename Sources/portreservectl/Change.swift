internal import ArgumentParser
internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// A verb that asks for a change of each service it is given.
protocol Change: Verb {
    /// What it makes of a port, and the name of their number in the reply.
    static var done: StaticString { get }
    /// Whether it is wrong that nothing has come of it.
    static var mustDo: Bool { get }
    /// What to ask for a service.
    static func request(_ service: Text) -> Request

    var name: [String] { get }
    var output: OutputOptions { get }
}

/// Lets ports go.
struct Release: Change {
    static let configuration = CommandConfiguration(
        abstract: "Let a service's ports go, so that it can bind them.",
        discussion: "Exits 1 when a port is somebody else's. For root.")
    static let done: StaticString = "released"
    static let mustDo = false

    @Argument(help: "Services; '*' is every one.", completion: .service)
    var name: [String]

    @OptionGroup var output: OutputOptions

    static func request(_ service: Text) -> Request { .release(service) }
}

/// Holds ports again.
struct Hold: Change {
    static let configuration = CommandConfiguration(
        abstract: "Hold a service's ports again after a release.",
        discussion: "Exits 1 when a port is in use, or none is held. For root.")
    static let done: StaticString = "held"
    static let mustDo = true

    @Argument(help: "Services; '*' is every one.", completion: .service)
    var name: [String]

    @OptionGroup var output: OutputOptions

    static func request(_ service: Text) -> Request { .hold(service) }
}

extension Change {
    func perform() throws(Trouble) -> Outcome {
        var conversation = try Conversation()
        return try forEach(name) { name throws(Trouble) in
            try change(name, &conversation)
        }
    }

    private func change(
        _ name: Text, _ conversation: inout Conversation
    ) throws(Trouble) -> Outcome {
        var reply: [Member] = []
        try conversation.ask(Self.request(name)) { parameters in reply = parameters }
        let count = reply.value(Self.done)?.integer ?? 0
        let busy = reply.value("busy")?.integer ?? 0
        let style = output.style
        let mayBeEmpty = name == "*" && count == 0 && busy == 0
        var told: [ReservationRecord] = []
        if Self.mustDo || mayBeEmpty {
            told = standing(try conversation.list(name == "*" ? nil : name))
        }
        let isEmpty = mayBeEmpty && told.isEmpty
        let lacking = Self.mustDo ? lackingCount(told) : 0
        if let line = json(reply, style) {
            try say(line)
        } else if isEmpty {
            complain("portreservectl: nothing is configured")
        } else {
            try say(changeLine(name, count, busy, Text(stringLiteral: Self.done), lacking: lacking))
        }
        let hasFailed = Self.mustDo && count == 0 && !isEmpty
        return busy > 0 || lacking > 0 || hasFailed ? .wrong : .done
    }
}

/// Ports that could be held and are not, for a reason that their status tells.
func lackingCount(_ records: [ReservationRecord]) -> Int {
    records.filter { $0.state == .failed }.reduce(0) { $0 + $1.portCount }
}

/// `cups: 3 ports released, 1 is somebody else's`.
func changeLine(
    _ name: Text, _ count: Int, _ busy: Int, _ word: Text, lacking: Int = 0
) -> Text {
    let service = Text.printable(name.bytes[...], most: 255)
    var line: Text = "\(service): \(counted(count, "port", "ports")) \(word)"
    // Of what is to be held its own service may have it.
    let whose: Text = word == Hold.done ? "in use" : "somebody else's"
    if busy > 0 { line.append(", \(counted(busy, "is", "are")) \(whose)") }
    if lacking > 0 {
        line.append(", \(counted(lacking, "is", "are")) not held, see 'portreservectl status'")
    }
    return line
}
