internal import Control
internal import Text
internal import Varlink

/// The reservations of the replies to one List, without those that are gone.
///
/// A reply without a reservation says that nothing told before holds: the configuration was read
/// anew, and what is there now follows.
func standing(_ replies: [[Member]]) -> [ReservationRecord] {
    let last = replies.lastIndex { $0.value("reservation") == nil }
    return replies[(last.map { $0 + 1 } ?? 0)...].compactMap { record($0) }
}
