internal import Control
internal import LinuxIO
internal import Text
internal import Varlink

/// One connection: its socket, its machine, and what it has still to be told.
final class Client {
    let uid: UInt32
    let pid: Int32
    let token: UInt64
    private let socket: Descriptor
    private var machine = ServiceSide()
    /// What a List or Watch has still to tell; nil when no such call is being answered.
    var listing: Listing?
    /// The number of the first incident that an Incidents or Watch has not told; nil when no such
    /// call is being answered.
    var nextIncident: Int?
    /// Whether it has still to be told that its List begins anew: nothing told before holds.
    private var beginsAnew = false
    /// When a message that is half there has to be whole, in monotonic milliseconds.
    private(set) var deadline: Int?
    /// When something was last taken from it, in monotonic milliseconds.
    private var lastRead = 0
    private var interest = EventInterest.read
    /// Whether the other side sends nothing more; it may yet read.
    private var hasEnded = false
    /// Whether the other side has gone in both directions: it reads no answer.
    private var isHungUp = false
    /// Whether the other side is gone, or has to go.
    private(set) var isOver = false
    /// Whether something was noticed that its next turn is for.
    private var isNoticed = false
    /// Whether what is unread is known to be no whole call.
    private var isHalf = false
    /// When it last had its turn, counted by its owner.
    var lastTurn: Int

    /// Takes over a connection, which is told of by `token`, as if it had just had its turn.
    init(_ connection: consuming Connection, token: UInt64, lastTurn: Int) {
        uid = connection.uid
        pid = connection.pid
        self.token = token
        self.lastTurn = lastTurn
        socket = connection.socket
    }

    var isRoot: Bool { uid == 0 }

    /// Begins to be told of in `events`.
    func join(_ events: borrowing Events) throws(Errno) {
        try events.add(socket, token: token)
    }

    /// Notes that something has come, or that it has hung up.
    func notice(isHungUp: Bool) {
        isNoticed = true
        if isHungUp { self.isHungUp = true }
    }

    /// Whether there is something to be done for it that no event will tell.
    var isDue: Bool { isNoticed || mayHaveCall }

    private var mayHaveCall: Bool {
        !isOver && !isHalf && !machine.isBusy && machine.unreadCount > 0
            && machine.unsentCount < ClientLimits.unsentBytesMax
    }

    /// Takes what has come, which is what it was noticed for.
    @inline(never)
    func read(now: Int) {
        isNoticed = false
        if hasEnded, isHungUp { hangUp() }
        if hasEnded || isFull { return }
        do throws(Errno) {
            switch try socket.receiveBytes(most: ClientLimits.readBytesMax) {
            case .nothing: hasEnded = isHungUp
            case .end: hasEnded = true
            case .bytes(let bytes):
                machine.take(bytes[...])
                isHalf = false
            }
        } catch {
            hangUp()
        }
        if hasEnded, isHungUp { hangUp() }
        lastRead = now
    }

    /// The next call, nil when none is there whole, or one is being answered, or the client has to
    /// take its replies first.
    ///
    /// Who asked and went, tired of waiting, was told that nothing was done: only what wants no
    /// answer is done for it.
    @inline(never)
    func takeCall() -> Call? {
        deadline = deadline.flatMap { machine.unsentCount > 0 ? nil : $0 }
        guard mayHaveCall else { return nil }
        do throws(BrokenMessage) {
            guard let call = try machine.nextCall() else {
                isHalf = true
                deadline = deadline ?? lastRead + ClientLimits.halfSentMs
                return nil
            }
            deadline = nil
            if !isHungUp || call.mode == .oneway { return call }
            machine.abandon()
        } catch {
            isOver = true
        }
        return nil
    }

    /// Nobody reads any more what it is told.
    private func hangUp() {
        isHungUp = true
        hasEnded = true
        listing = nil
        nextIncident = nil
        machine.abandon()
    }

    /// Answers the call that came last.
    func answer(_ reply: Reply) { machine.answer(reply) }

    /// Makes replies and sends them, as far as the client takes them; not all in one turn.
    @inline(never)
    func send(_ keeper: borrowing Keeper, _ runs: Runs, _ incidents: Incidents) {
        for _ in 0..<ClientLimits.sendsPerTurnMax {
            fill(keeper, runs)
            fill(incidents)
            if machine.unsentCount == 0 { return }
            do throws(Errno) {
                let count = try socket.sendAvailable(machine.unsent[...])
                if count == 0 { return }
                machine.sent(count)
            } catch {
                hangUp()
                return
            }
        }
    }

    @inline(never)
    private func fill(_ keeper: borrowing Keeper, _ runs: Runs) {
        while let told = listing, machine.unsentCount < ClientLimits.unsentBytesMax {
            if beginsAnew {
                beginsAnew = false
                answer(Reply(continues: true))
                continue
            }
            var rest = told
            guard let record = rest.next(keeper, runs, for: uid) else {
                if told.isWatch { return }
                answer(Reply())
                listing = nil
                return
            }
            let continues = rest.isWatch || !rest.isAtEnd
            listing = continues ? rest : nil
            answer(Reply(record.parameters, continues: continues))
        }
    }

    /// Tells of incidents, a watcher when it knows of every reservation.
    @inline(never)
    private func fill(_ incidents: Incidents) {
        while machine.unsentCount < ClientLimits.unsentBytesMax, let next = dueIncident {
            let found = incidents.first(from: next)
            let isWatch = listing != nil
            if found == nil, isWatch { return }
            nextIncident = found.map { $0.number + 1 }
            let isLast = nextIncident.map { incidents.first(from: $0) == nil } ?? true
            answer(
                Reply(
                    found?.incident.record(for: uid).parameters ?? [],
                    continues: isWatch || !isLast))
            if isLast, !isWatch { nextIncident = nil }
        }
    }

    /// The number from which on it is to be told of incidents now.
    private var dueIncident: Int? {
        let knowsAll = listing.map { $0.isAtEnd } ?? true
        return knowsAll ? nextIncident : nil
    }

    /// Tells a watcher of what it will find nowhere any more; of a bounded number, since a reload
    /// may take thousands away and the watcher may not read.
    func tell(_ gone: [ReservationRecord]) {
        isNoticed = true
        for record in gone.prefix(ClientLimits.goneRecordsMax) {
            if machine.unsentCount >= ClientLimits.unsentBytesMax { return }
            answer(Reply(record.parameters, continues: true))
        }
    }

    /// Tells a watcher, in its next turn, of reservations that have changed.
    func tellAgain(_ reservations: [Int]) {
        listing?.tellAgain(reservations)
        isNoticed = true
    }

    /// Begins to tell anew, or ends the answer where there is nothing any more to tell of.
    func restart(_ listing: Listing?) {
        isNoticed = true
        self.listing = listing
        beginsAnew = listing.map { !$0.isWatch } ?? false
        if listing == nil { answer(Reply()) }
    }

    /// Notes that there is more to tell than before.
    func noticeNews() { isNoticed = true }

    private var isFull: Bool { machine.unreadCount > MessageLimits.bytesMax }

    /// Asks to be told of what the client can go on with.
    @inline(never)
    func watchSocket(_ events: borrowing Events, _ incidents: Incidents) {
        let hasIncident = nextIncident.map { incidents.first(from: $0) != nil } ?? false
        let tells =
            machine.unsentCount > 0 || hasIncident || listing.map { !$0.isAtEnd } ?? false
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
