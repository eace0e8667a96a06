internal import Reservations

/// The reservations that are told as one range each, as they stood at one moment.
struct Runs {
    /// Which changes of the keeper's this has seen; -1: none.
    private let changeCount: Int
    /// The first reservation of each run, in rising order.
    private var firsts: [Int32] = []
    /// When each run came to stand where it stands: its latest endpoint did.
    private var since: [Int] = []
    private let count: Int

    /// Knows nothing.
    init() {
        changeCount = -1
        count = 0
    }

    /// Puts together what is alike now.
    init(_ keeper: borrowing Keeper) {
        changeCount = keeper.changeCount
        let reservations = keeper.table.plan.reservations
        count = reservations.count
        for number in reservations.indices {
            let since = keeper.since(reservations[number].entry)
            if number > 0, keeper.areAlike(number - 1, number) {
                self.since[self.since.count - 1] = max(self.since[self.since.count - 1], since)
            } else {
                firsts.append(Int32(number))
                self.since.append(since)
            }
        }
    }

    /// Whether nothing has changed since.
    borrowing func areOf(_ keeper: borrowing Keeper) -> Bool { changeCount == keeper.changeCount }

    /// The rest of the run that `reservation` is in, and when the run came to stand so.
    borrowing func rest(from reservation: Int) -> (range: Range<Int>, since: Int) {
        assert(reservation < count, "a reservation of another plan")
        var (low, high) = (0, firsts.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if firsts[middle] <= reservation { low = middle } else { high = middle }
        }
        let end = high < firsts.count ? Int(firsts[high]) : count
        return (reservation..<end, since[low])
    }
}
