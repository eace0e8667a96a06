internal import Control
internal import Reservations

/// What a client has still to be told: reservations from one place on, then some again.
struct Listing {
    /// The one service to tell of, nil for all.
    let service: ServiceName?
    /// Whether it goes on when all is told, with what changes.
    let isWatch: Bool
    /// The first reservation that was not told.
    private var position: Int
    private let end: Int
    /// Reservations to tell again, in rising order, since they changed after they were told.
    private var again: ArraySlice<Int> = []

    /// Begins with all of a service's, or of every service's; nil where there is no such service.
    init?(of service: ServiceName?, isWatch: Bool, _ plan: Plan) {
        self.service = service
        self.isWatch = isWatch
        var range = plan.reservations.indices
        if let service {
            guard let number = plan.service(service) else { return nil }
            range = plan.services[number].reservations
        }
        position = range.lowerBound
        end = range.upperBound
    }

    /// Whether there is nothing to tell now.
    var isAtEnd: Bool { position == end && again.isEmpty }

    /// Tells `reservations` again, which are in rising order; those still to come come anyway.
    mutating func tellAgain(_ reservations: [Int]) {
        var merged: [Int] = []
        var rest = again
        for reservation in reservations where reservation < position {
            while let next = rest.first, next <= reservation {
                rest = rest.dropFirst()
                if next < reservation { merged.append(next) }
            }
            merged.append(reservation)
        }
        again = (merged + rest)[...]
    }

    /// The next record, nil when there is nothing to tell now.
    ///
    /// `uid` is whose eyes it is for.
    mutating func next(
        _ keeper: borrowing Keeper, _ runs: Runs, for uid: UInt32
    ) -> ReservationRecord? {
        if position < end {
            let run = runs.rest(from: position)
            position = run.range.upperBound
            return keeper.record(run.range, since: run.since, for: uid)
        }
        guard let first = again.first else { return nil }
        let run = runs.rest(from: first)
        var next = first
        while run.range.contains(next), again.first == next {
            again = again.dropFirst()
            next += 1
        }
        return keeper.record(first..<next, since: run.since, for: uid)
    }
}
