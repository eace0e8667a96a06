/// How long ago something was, in its two largest units: `5s`, `12min`, `3h 5min`, `4d 2h`.
///
/// A clock that was set back makes it `0s`.
func age(seconds: Int) -> String {
    let minutes = seconds / 60
    let hours = minutes / 60
    switch seconds {
    case ..<0: return "0s"
    case ..<60: return "\(seconds)s"
    case ..<3_600: return "\(minutes)min"
    case ..<86_400: return "\(hours)h \(minutes % 60)min"
    case _: return "\(hours / 24)d \(hours % 24)h"
    }
}
