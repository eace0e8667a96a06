internal import LinuxIO

/// The clients of the control socket: who may come in, and who has to go.
struct Clients: ~Copyable {
    private let listener: Descriptor
    private let listenerToken: UInt64
    private var clients: [Client] = []
    private var nextToken: UInt64 = 16
    /// When connections are accepted again after descriptors ran out.
    private var acceptAgainAt: Int?
    private var isAccepting = true
    /// How many turns there have been.
    private var turnCount = 0

    /// Takes the listening socket, which is told of by `token`, below 16: others are its clients'.
    init(_ listener: consuming Descriptor, token: UInt64) {
        assert(token < 16, "clients have the tokens from 16 on")
        ClientLimits.check()
        self.listener = listener
        listenerToken = token
    }

    /// Begins to be told of in `events`.
    borrowing func join(_ events: borrowing Events) throws(Errno) {
        try events.add(listener, token: listenerToken)
    }

    /// Notes what the kernel tells of one of them.
    borrowing func notice(_ event: ReadyEvent) {
        clients.first { $0.token == event.token }?.notice(isHungUp: event.isHungUp)
    }

    /// Whether somebody has work left for the next turn.
    var hasWork: Bool { clients.contains { $0.isDue } }

    /// Whose turn it is: root's first, then that of those others who waited longest.
    @inline(never)
    mutating func takeTurn() -> [Client] {
        turnCount += 1
        var turn: [Client] = []
        for client in clients where client.isDue && client.isRoot { turn.append(client) }
        for _ in 0..<ClientLimits.strangersPerTurnMax {
            guard let next = strangerWhoWaitedLongest else { break }
            next.lastTurn = turnCount
            turn.append(next)
        }
        return turn
    }

    private var strangerWhoWaitedLongest: Client? {
        var longest: Client?
        for client in clients where client.isDue && !client.isRoot {
            if client.lastTurn == turnCount { continue }
            if let found = longest, found.lastTurn <= client.lastTurn { continue }
            longest = client
        }
        return longest
    }

    /// Those who watch.
    var watchers: [Client] { clients.filter { $0.listing?.isWatch ?? false } }
    /// Accepts who knocks, while there is room; one user's connection too many is closed at once.
    @inline(never)
    mutating func accept(_ events: borrowing Events, now: Int) throws(Errno) {
        for _ in 0..<ClientLimits.acceptsPerTurnMax where clients.count < ClientLimits.countMax {
            do throws(Errno) {
                guard let connection = try listener.acceptConnection() else { return }
                guard hasRoom(for: connection.uid) else { continue }
                let client = Client(connection, token: nextToken, lastTurn: turnCount)
                nextToken += 1
                try client.join(events)
                clients.append(client)
            } catch {
                // Linux: a connection that broke before it was accepted is an error of accept(2).
                if !error.isShortage { continue }
                acceptAgainAt = now + ClientLimits.acceptRestMs
                return
            }
        }
    }

    private borrowing func hasRoom(for uid: UInt32) -> Bool {
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

    /// Lets those go who are over, or late, and accepts as long as there is room and rest is over.
    ///
    /// Who knocks meanwhile waits in the backlog: root's hundredth connection is late, not lost.
    mutating func tidy(_ events: borrowing Events, now: Int) throws(Errno) {
        // Who is due has sent more, and had no turn yet in which that was seen.
        clients.removeAll { $0.isOver || (!$0.isDue && $0.deadline.map { $0 <= now } ?? false) }
        if let due = acceptAgainAt, due <= now { acceptAgainAt = nil }
        let accepts = acceptAgainAt == nil && clients.count < ClientLimits.countMax
        if accepts != isAccepting {
            try events.change(listener, token: listenerToken, accepts ? .read : .none)
            isAccepting = accepts
        }
    }

    /// Begins every answer anew that tells of reservations: they have other numbers now.
    mutating func restartListings(_ begin: (Listing) -> Listing?) {
        for client in clients where client.listing != nil {
            if let listing = client.listing { client.restart(begin(listing)) }
        }
    }
}
