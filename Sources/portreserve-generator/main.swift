// portreserve-generator(8): lets each service's unit ask for its ports before it starts.

internal import Control
internal import Generator
internal import LinuxIO
internal import Text

ThisProcess.ignoreBrokenPipes()
ThisProcess.openStandardDescriptors()
do throws(UsageError) {
    let options = try GeneratorOptions(ThisProcess.arguments.dropFirst())
    ThisProcess.leave(status: run(options, Places()).rawValue)
} catch {
    complain("portreserve-generator: \(error)")
    complain(GeneratorOptions.usage)
    ThisProcess.leave(status: ExitStatus.usage.rawValue)
}
