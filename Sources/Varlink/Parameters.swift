public import Text

/// A call that gets an error for an answer, with the error.
public struct CallError: Error, Equatable {
    /// What to answer.
    public let reply: Reply

    /// An error of an interface.
    public init(_ error: Text, _ parameters: [Member] = []) {
        reply = Reply(error: error, parameters)
    }

    /// A parameter is missing, unknown or of the wrong type.
    public init(invalidParameter name: Text) {
        self.init("org.varlink.service.InvalidParameter", about: "parameter", name)
    }

    /// An error of an interface about a word of the caller's own, of which it gives back the front:
    /// it may be as long as a message.
    public init(_ error: Text, about parameter: Text, _ word: Text) {
        self.init(error, [Member(parameter, .string(front(of: word)))])
    }

    /// The caller may not.
    public static var permissionDenied: CallError {
        CallError("org.varlink.service.PermissionDenied")
    }
    /// The method answers more than once.
    public static var expectedMore: CallError { CallError("org.varlink.service.ExpectedMore") }
}

/// As much of a caller's word as an error gives back, cut between two characters.
private func front(of word: Text) -> Text {
    if word.bytes.count <= MessageLimits.wordBytesMax { return word }
    var end = MessageLimits.wordBytesMax
    // UTF-8: the bytes of a character after its first are 10xxxxxx.
    while end > 0, word.bytes[end] & 0xC0 == 0x80 { end -= 1 }
    return Text(word.bytes[..<end])
}

/// The parameters of a call, taken one by one, until none may be left.
public struct Parameters {
    private var members: [Member]

    /// Begins with all that the call has.
    public init(_ call: Call) { members = call.parameters }

    /// Takes a text that must be there.
    public mutating func string(_ name: StaticString) throws(CallError) -> Text {
        guard let text = try optionalString(name) else {
            throw wrong(name)
        }
        return text
    }

    /// Takes a text, nil where there is none.
    public mutating func optionalString(_ name: StaticString) throws(CallError) -> Text? {
        guard let value = take(name) else { return nil }
        guard let text = value.string else { throw wrong(name) }
        return text
    }

    /// Takes a truth, nil where there is none.
    public mutating func optionalBool(_ name: StaticString) throws(CallError) -> Bool? {
        guard let value = take(name) else { return nil }
        guard let truth = value.bool else { throw wrong(name) }
        return truth
    }

    /// Refuses what nobody took.
    public func end() throws(CallError) {
        if let rest = members.first { throw CallError(invalidParameter: rest.name) }
    }

    private func wrong(_ name: StaticString) -> CallError {
        CallError(invalidParameter: Text(stringLiteral: name))
    }

    private mutating func take(_ name: StaticString) -> JSON? {
        let value = members.value(name)
        members.removeAll { $0.name == name }
        return value
    }
}
