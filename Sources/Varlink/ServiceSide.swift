/// The service's side of one connection: calls come out in order, one at a time, replies go in.
public struct ServiceSide {
    private var inbox = Inbox()
    private var outbox: [UInt8] = []
    /// The mode of the call that is not yet answered.
    private var pending: Call.Mode?

    /// Begins a connection.
    public init() {}

    /// Takes bytes that came from the client.
    public mutating func take(_ bytes: ArraySlice<UInt8>) { inbox.add(bytes) }

    /// The next call, which has to be answered before there is another.
    ///
    /// nil while one is unanswered, or nothing is there whole. Throws for what ends the connection.
    @inline(never)
    public mutating func nextCall() throws(BrokenMessage) -> Call? {
        if pending != nil { return nil }
        guard let message = try inbox.next() else { return nil }
        let call = try Call(reading: message)
        pending = call.mode
        return call
    }

    /// Answers the call; it is over unless the reply says that it continues.
    public mutating func answer(_ reply: Reply) {
        guard let mode = pending else { fatalError("an answer to a call that nobody made") }
        if reply.continues, mode != .more { fatalError("many answers to who wants one") }
        if mode != .oneway { reply.write(to: &outbox) }
        if !reply.continues { pending = nil }
    }

    /// Gives up the call that is being answered and all that is not sent: nobody reads it.
    public mutating func abandon() {
        pending = nil
        outbox = []
    }

    /// Whether a call is not yet answered.
    public var isBusy: Bool { pending != nil }

    /// Bytes that came and are no call yet; a client that stops in the middle leaves some.
    public var unreadCount: Int { inbox.count }

    /// Bytes for the client that are not yet sent.
    public var unsent: [UInt8] { outbox }

    /// Bytes for the client that are not yet sent.
    public var unsentCount: Int { outbox.count }

    /// Forgets the first `count` bytes of `unsent`, which went out.
    public mutating func sent(_ count: Int) { outbox.removeFirst(count) }
}
