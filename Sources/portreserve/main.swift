// portreserve(8): holds services' ports from boot until each service takes its own.

internal import Control
internal import Daemon
internal import LinuxIO
internal import Text

ThisProcess.ignoreBrokenPipes()
ThisProcess.openStandardDescriptors()
do throws(UsageError) {
    let options = try Options(ThisProcess.arguments.dropFirst())
    ThisProcess.leave(status: run(options, Places()).rawValue)
} catch {
    complain("portreserve: \(error)")
    complain(Options.usage)
    ThisProcess.leave(status: ExitStatus.usage.rawValue)
}
