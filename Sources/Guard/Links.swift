internal import LinuxIO

/// Loads all programs and has them asked in the cgroup of `root` and below, as long as somebody has
/// their links.
func attached(
    to root: borrowing Descriptor, _ maps: Maps, namesCommands: Bool
) throws(GuardFailure) -> [Descriptor.Owner] {
    var links: [Descriptor.Owner] = []
    // Who is refused must be told of: the bind hooks come last.
    for hook in [Descriptor.Hook.socketRelease, .boundIPv4, .boundIPv6, .bindIPv4, .bindIPv6] {
        let words = program(for: hook, maps, namesCommands: namesCommands).words
        links.append(try attach(words, to: root, hook))
    }
    return links
}

@inline(never)
private func attach(
    _ words: [UInt64], to root: borrowing Descriptor, _ hook: Descriptor.Hook
) throws(GuardFailure) -> Descriptor.Owner {
    let program: Descriptor
    do throws(Descriptor.ProgramRefusal) {
        program = try .program(words, for: hook)
    } catch {
        throw GuardFailure(step: .program(hook), errno: error.errno, verifier: error.verifier)
    }
    do throws(Errno) { return Descriptor.Owner(try program.attach(to: root, hook)) } catch {
        throw GuardFailure(step: .attachment(hook), errno: error)
    }
}

@inline(never)
private func program(
    for hook: Descriptor.Hook, _ maps: Maps, namesCommands: Bool
) -> Program {
    switch hook {
    case .bindIPv4, .bindIPv6:
        bindProgram(isIPv6: hook == .bindIPv6, maps, namesCommands: namesCommands)
    case .boundIPv4, .boundIPv6:
        boundProgram(isIPv6: hook == .boundIPv6, maps, namesCommands: namesCommands)
    case .socketRelease: letGoProgram(maps, namesCommands: namesCommands)
    }
}
