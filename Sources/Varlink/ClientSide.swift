/// The client's side of one connection: a call goes in, its replies come out.
public struct ClientSide {
    private var inbox = Inbox()

    /// Begins a connection.
    public init() {}

    /// The bytes to send for a call.
    public func bytes(of call: Call) -> [UInt8] { call.bytes }

    /// Takes bytes that came from the service.
    public mutating func take(_ bytes: ArraySlice<UInt8>) { inbox.add(bytes) }

    /// The next reply, nil when it is not all there.
    ///
    /// Throws when it is none.
    public mutating func nextReply() throws(BrokenMessage) -> Reply? {
        guard let message = try inbox.next() else { return nil }
        return try Reply(reading: message)
    }
}
