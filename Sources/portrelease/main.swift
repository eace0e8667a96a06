// portrelease(8): lets a service's ports go, so that it can bind them.

internal import Control
internal import LinuxIO
internal import Text

ThisProcess.ignoreBrokenPipes()
ThisProcess.openStandardDescriptors()
do throws(UsageError) {
    let options = try ReleaseOptions(ThisProcess.arguments.dropFirst())
    ThisProcess.leave(status: run(options, Places()).rawValue)
} catch {
    complain("portrelease: \(error)")
    complain(ReleaseOptions.usage)
    ThisProcess.leave(status: ExitStatus.usage.rawValue)
}
