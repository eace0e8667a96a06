internal import Control
internal import LinuxIO
internal import Reservations
internal import Text

extension Loop {
    /// Reads the configuration anew; whoever is being told of reservations is told anew.
    @inline(never)
    mutating func reload() -> ReloadOutcome {
        // sd_notify(3): the moment is one of CLOCK_MONOTONIC, in microseconds; from before it has
        // asked, systemd takes none.
        manager?.tell("RELOADING=1\nMONOTONIC_USEC=\(1_000 * (monotonicMilliseconds() + 1))")
        defer { manager?.tell("READY=1") }
        // What has happened under the old plan's numbers is dealt with under them.
        settle(now: monotonicMilliseconds())
        let outcome = keeper.reload(places, log)
        // A configuration without a port is no release of the last one.
        stays = stays || keeper.table.heldCount == 0
        sayUnruled()
        reservePorts()
        let plan = keeper.table.plan
        for client in clients.watchers { client.tell(outcome.gone) }
        clients.restartListings { listing in
            Listing(of: listing.service, isWatch: listing.isWatch, plan)
        }
        // What is watched is known by numbers, and these are new ones.
        isFollowingStale = true
        settle(now: monotonicMilliseconds())
        changed = []
        return outcome
    }

    /// Has those who watch told of what this turn has changed, in their next turns.
    @inline(never)
    mutating func tellWatchers() {
        if incidents.takeNews() {
            for client in clients.watchers { client.noticeNews() }
        }
        if changed.isEmpty { return }
        var isChanged = [Bool](repeating: false, count: keeper.table.plan.entries.count)
        for entry in changed { isChanged[entry] = true }
        changed = []
        let watchers = clients.watchers
        if watchers.isEmpty { return }
        let reservations = keeper.table.plan.reservations
        let news = reservations.indices.filter { isChanged[reservations[$0].entry] }
        for client in watchers { client.tellAgain(news) }
    }
}
