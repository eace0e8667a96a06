internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// One connection: its socket, its machine, and what it has still to be told.
final class Client {
    let uid: UInt32
    let token: UInt64
    private let socket: Descriptor
    private var machine = ServiceSide()
    /// What a List or Watch has still to tell; nil when no such call is being answered.
    var listing: Listing?
    /// When a message that is half there has to be whole, in monotonic milliseconds.
    private(set) var deadline: Int?
    /// When something was last taken from it, in monotonic milliseconds.
    private var lastRead = 0
    private var interest = EventInterest.read
    /// Whether the other side sends nothing more; it may yet read.
    private var hasEnded = false
    /// Whether the other side is gone, or has to go.
    private(set) var isOver = false
    /// Whether the other side has gone in both directions: it reads no answer.
    private var isHungUp = false
    /// Whether there is something to be done for it that no event will tell.
    private(set) var isDue = false
    /// When it last had its turn, counted by its owner.
    var lastTurn = 0

    /// Takes over a connection, which is told of by `token`.
    init(_ connection: consuming Connection, token: UInt64) {
        uid = connection.uid
        self.token = token
        socket = connection.socket
    }

    var isRoot: Bool { uid == 0 }

    /// Begins to be told of in `events`.
    func join(_ events: borrowing Events) throws(Errno) {
        try events.add(socket, token: token)
    }

    /// Notes that something has come, or that it has hung up.
    func notice(isHungUp: Bool) {
        isDue = true
        self.isHungUp = isHungUp
    }

    /// Takes what has come.
    func read(now: Int) {
        if hasEnded || isFull {
            isOver = isOver || isHungUp
            return
        }
        do throws(Errno) {
            switch try socket.receiveBytes(most: ClientLimits.readBytesMax) {
            case .nothing: isOver = isHungUp
            case .end: hasEnded = true
            case .bytes(let bytes): machine.take(bytes[...])
            }
        } catch {
            isOver = true
        }
        lastRead = now
    }

    /// The next call, nil when none is there whole, or one is being answered, or the client has to
    /// take its replies first.
    ///
    /// One call a turn, so that nobody waits for a thousand of somebody else's.
    func nextCall() -> Call? {
        isDue = false
        if isOver { return nil }
        if machine.unsentCount >= ClientLimits.unsentBytesMax {
            deadline = nil
            return nil
        }
        do throws(BrokenMessage) {
            var call = try machine.nextCall()
            // Who asked and went, tired of waiting, has decided otherwise since: portrelease's
            // caller was told that nothing was released.
            if let abandoned = call, isHungUp, abandoned.mode != .oneway {
                isOver = true
                call = nil
            }
            isDue = call != nil && machine.unreadCount > 0
            let isHalf = call == nil && !machine.isBusy && machine.unreadCount > 0
            deadline = isHalf ? deadline ?? lastRead + ClientLimits.halfSentMs : nil
            return call
        } catch {
            isOver = true
            return nil
        }
    }

    /// Answers the call that came last.
    func answer(_ reply: Reply) { machine.answer(reply) }

    /// Makes replies and sends them, as far as the client takes them; not all in one turn.
    func send(_ keeper: borrowing Keeper, _ runs: Runs) {
        for _ in 0..<ClientLimits.sendsPerTurnMax {
            fill(keeper, runs)
            if machine.unsentCount == 0 { return }
            do throws(Errno) {
                let count = try socket.sendAvailable(machine.unsent[...])
                if count == 0 { return }
                machine.sent(count)
            } catch {
                isOver = true
                return
            }
        }
    }

    private func fill(_ keeper: borrowing Keeper, _ runs: Runs) {
        while let told = listing, machine.unsentCount < ClientLimits.unsentBytesMax {
            var rest = told
            guard let record = rest.next(keeper, runs) else {
                if told.isWatch { return }
                answer(Reply())
                listing = nil
                isDue = machine.unreadCount > 0
                return
            }
            let continues = rest.isWatch || !rest.isAtEnd
            listing = continues ? rest : nil
            answer(Reply([Member("reservation", record.json)], continues: continues))
        }
    }

    /// Tells a watcher of what it will find nowhere any more; of a bounded number, since a reload
    /// may take thousands away and the watcher may not read.
    func tell(_ gone: [ReservationRecord]) {
        for record in gone.prefix(ClientLimits.goneRecordsMax) {
            if machine.unsentCount >= ClientLimits.unsentBytesMax { return }
            answer(Reply([Member("reservation", record.json)], continues: true))
        }
    }

    /// Begins to tell anew, or ends the answer where there is nothing any more to tell of.
    func restart(_ listing: Listing?) {
        self.listing = listing
        if listing != nil { return }
        answer(Reply())
        isDue = machine.unreadCount > 0
    }

    private var isFull: Bool { machine.unreadCount > MessageLimits.bytesMax }

    /// Asks to be told of what the client can go on with.
    func watchSocket(_ events: borrowing Events) {
        let tells = machine.unsentCount > 0 || listing.map { !$0.isAtEnd } ?? false
        let isDone = hasEnded && !tells && !machine.isBusy && !isDue
        if isDone {
            isOver = true
            return
        }
        let reads = !hasEnded && !isFull
        let wanted: EventInterest = tells ? (reads ? .both : .write) : (reads ? .read : .none)
        if wanted == interest { return }
        do throws(Errno) {
            try events.change(socket, token: token, wanted)
            interest = wanted
        } catch {
            // One client's trouble is its own: the ports are everybody's.
            isOver = true
        }
    }
}
