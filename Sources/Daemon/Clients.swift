internal import LinuxIO

/// The clients of the control socket: who may come in, and who has to go.
struct Clients: ~Copyable {
    private let listener: Descriptor
    private let listenerToken: UInt64
    private var clients: [Client] = []
    private var nextToken: UInt64 = 16
    /// Whether somebody is owed something that no state of an endpoint tells.
    var hasNews = false
    /// When connections are accepted again after descriptors ran out.
    private var acceptAgainAt: Int?

    /// Takes the listening socket, which is told of by `token`, below 16: others are its clients'.
    init(_ listener: consuming Descriptor, token: UInt64) {
        assert(token < 16, "clients have the tokens from 16 on")
        self.listener = listener
        listenerToken = token
    }

    /// Begins to be told of in `events`.
    borrowing func join(_ events: borrowing Events) throws(Errno) {
        try events.add(listener, token: listenerToken)
    }

    /// The client with that token, nil when it has gone.
    borrowing func client(_ token: UInt64) -> Client? { clients.first { $0.token == token } }

    /// Those who watch.
    var watchers: [Client] { clients.filter { $0.listing?.isWatch ?? false } }

    /// Those who are being told of reservations.
    var listeners: [Client] { clients.filter { $0.listing != nil || hasNews } }

    /// Accepts who knocks; a connection that is one too many is closed at once.
    mutating func accept(_ events: borrowing Events, now: Int) throws(Errno) {
        for _ in 0..<ClientLimits.acceptsPerTurnMax {
            do throws(Errno) {
                guard let connection = try listener.acceptConnection() else { return }
                guard hasRoom(for: connection.uid) else { continue }
                let client = Client(connection, token: nextToken)
                nextToken += 1
                try client.join(events)
                clients.append(client)
            } catch {
                // Linux: a connection that broke before it was accepted is an error of accept(2).
                if !error.isShortage { continue }
                acceptAgainAt = now + ClientLimits.acceptRestMs
                try events.change(listener, token: listenerToken, .none)
                return
            }
        }
    }

    private borrowing func hasRoom(for uid: UInt32) -> Bool {
        if clients.count >= ClientLimits.countMax { return false }
        if uid == 0 { return true }
        let strangers = clients.count { !$0.isRoot }
        let own = clients.count { $0.uid == uid }
        return strangers < ClientLimits.strangersMax && own < ClientLimits.perUserMax
    }

    /// When something is due by the clock, in monotonic milliseconds; nil: never.
    var deadline: Int? {
        let due = clients.compactMap { $0.deadline } + [acceptAgainAt].compactMap { $0 }
        return due.min()
    }

    /// Lets those go who are over, or late, and accepts again when it is time.
    mutating func tidy(_ events: borrowing Events, now: Int) throws(Errno) {
        clients.removeAll { client in client.isOver || (client.deadline.map { $0 <= now } ?? false)
        }
        if let due = acceptAgainAt, due <= now {
            acceptAgainAt = nil
            try events.change(listener, token: listenerToken, .read)
        }
    }

    /// Begins every answer anew that tells of reservations: they have other numbers now.
    mutating func restartListings(_ begin: (Listing) -> Listing?) {
        for client in clients where client.listing != nil {
            if let listing = client.listing { client.restart(begin(listing)) }
            hasNews = true
        }
    }
}
