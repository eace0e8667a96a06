// portrelease(8): lets a service's ports go, so that it can bind them.

internal import Control
internal import LinuxIO
internal import Text

do throws(UsageError) {
    let options = try ReleaseOptions(programArguments().dropFirst())
    leave(status: run(options, Places()).rawValue)
} catch {
    complain("portrelease: \(error)")
    complain(ReleaseOptions.usage)
    leave(status: ExitStatus.usage.rawValue)
}
