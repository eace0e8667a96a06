// portreserve(8): holds services' ports from boot until each service takes its own.

internal import Control
internal import Daemon
internal import LinuxIO
internal import Text

do throws(UsageError) {
    let options = try Options(programArguments().dropFirst())
    leave(status: run(options, Places()).rawValue)
} catch {
    complain("portreserve: \(error)")
    complain(Options.usage)
    leave(status: ExitStatus.usage.rawValue)
}
