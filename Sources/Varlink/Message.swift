public import Text

/// A message that ends the connection: there is no well-formed answer to it.
public struct BrokenMessage: Error, Equatable {}

/// What a client asks for.
public struct Call: Equatable, Sendable {
    /// How it wants to be answered.
    public enum Mode: Equatable, Sendable {
        case once
        /// As often as there is something to tell.
        case more
        /// Not at all.
        case oneway
        /// By another protocol on the same connection.
        case upgrade
    }

    /// `INTERFACE.METHOD`.
    public let method: Text
    /// What it is to be done with.
    public let parameters: [Member]
    /// How it is to be answered.
    public let mode: Mode

    /// Asks for `method`.
    public init(_ method: Text, _ parameters: [Member] = [], _ mode: Mode = .once) {
        self.method = method
        self.parameters = parameters
        self.mode = mode
    }

    /// Reads a message without its NUL; throws for what UAPI.20 wants the connection closed for.
    init(reading bytes: ArraySlice<UInt8>) throws(BrokenMessage) {
        let members = try object(bytes)
        if members.contains(where: { !Call.mayHave($0.name) }) { throw BrokenMessage() }
        guard let method = members.value("method")?.string else { throw BrokenMessage() }
        self.method = method
        parameters = try objectOrNothing(members.value("parameters"))
        var modes: [Mode] = []
        if try flag("oneway", members) { modes.append(.oneway) }
        if try flag("more", members) { modes.append(.more) }
        if try flag("upgrade", members) { modes.append(.upgrade) }
        if modes.count > 1 { throw BrokenMessage() }
        mode = modes.first ?? .once
    }

    /// Whether it has such a member; those with a dot in their names are a vendor's and nobody's
    /// here.
    private static func mayHave(_ name: Text) -> Bool {
        switch name {
        case "method", "parameters", "oneway", "more", "upgrade": true
        case _: name.bytes.contains(UInt8(ascii: "."))
        }
    }

    /// The message, with its NUL.
    var bytes: [UInt8] {
        var members = [Member("method", .string(method))]
        if !parameters.isEmpty { members.append(Member("parameters", .object(parameters))) }
        switch mode {
        case .once: break
        case .more: members.append(Member("more", .bool(true)))
        case .oneway: members.append(Member("oneway", .bool(true)))
        case .upgrade: members.append(Member("upgrade", .bool(true)))
        }
        return JSON.object(members).bytes + [0]
    }
}

/// What a service answers.
public struct Reply: Equatable, Sendable {
    /// The error's full name; nil when the call went well.
    public let error: Text?
    /// What came of it.
    public let parameters: [Member]
    /// Whether more replies to the same call follow.
    public let continues: Bool

    /// Answers that a call went well.
    public init(_ parameters: [Member] = [], continues: Bool = false) {
        error = nil
        self.parameters = parameters
        self.continues = continues
    }

    /// Answers that a call failed.
    public init(error: Text, _ parameters: [Member] = []) {
        self.error = error
        self.parameters = parameters
        continues = false
    }

    /// Reads a message without its NUL; members that are not known are ignored.
    init(reading bytes: ArraySlice<UInt8>) throws(BrokenMessage) {
        let members = try object(bytes)
        if let error = members.value("error") {
            guard let name = error.string else { throw BrokenMessage() }
            self.error = name
        } else {
            error = nil
        }
        parameters = try objectOrNothing(members.value("parameters"))
        continues = try flag("continues", members)
    }

    /// Writes the message, with its NUL, behind what is in `bytes`.
    func write(to bytes: inout [UInt8]) {
        var members: [Member] = []
        if let error { members.append(Member(names.error, .string(error))) }
        if !parameters.isEmpty { members.append(Member(names.parameters, .object(parameters))) }
        if continues { members.append(Member(names.continues, .bool(true))) }
        JSON.object(members).write(to: &bytes)
        bytes.append(0)
    }
}

private func object(_ bytes: ArraySlice<UInt8>) throws(BrokenMessage) -> [Member] {
    guard let value = try? JSON(reading: bytes), let members = value.object else {
        throw BrokenMessage()
    }
    return members
}

private func objectOrNothing(_ value: JSON?) throws(BrokenMessage) -> [Member] {
    guard let value else { return [] }
    guard let members = value.object else { throw BrokenMessage() }
    return members
}

private func flag(_ name: StaticString, _ members: [Member]) throws(BrokenMessage) -> Bool {
    guard let value = members.value(name) else { return false }
    guard let truth = value.bool else { throw BrokenMessage() }
    return truth
}

/// Names of members: made once, and not for each of ten thousand replies.
private struct Names {
    let error: Text = "error"
    let parameters: Text = "parameters"
    let continues: Text = "continues"
}

private let names = Names()
