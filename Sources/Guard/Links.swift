import LinuxIO

/// The programs where the kernel asks them; each goes with its link.
struct Links: ~Copyable {
    let letGo: Descriptor
    let boundIPv4: Descriptor
    let boundIPv6: Descriptor
    let bindIPv4: Descriptor
    let bindIPv6: Descriptor
    let namesCommands: Bool

    init(
        at root: borrowing Descriptor, _ maps: Maps, network: UInt64, namesCommands: Bool
    ) throws(GuardFailure) {
        let loader = Loader(maps: maps, network: network, namesCommands: namesCommands)
        let letGo = try loader.attach(.socketRelease, to: root)
        let boundIPv4 = try loader.attach(.boundIPv4, to: root)
        let boundIPv6 = try loader.attach(.boundIPv6, to: root)
        let bindIPv4 = try loader.attach(.bindIPv4, to: root)
        let bindIPv6 = try loader.attach(.bindIPv6, to: root)
        self.letGo = letGo
        self.boundIPv4 = boundIPv4
        self.boundIPv6 = boundIPv6
        self.bindIPv4 = bindIPv4
        self.bindIPv6 = bindIPv6
        self.namesCommands = namesCommands
    }
}

private struct Loader {
    let maps: Maps
    let network: UInt64
    let namesCommands: Bool

    func attach(
        _ hook: Descriptor.Hook, to root: borrowing Descriptor
    ) throws(GuardFailure) -> Descriptor {
        let program: Descriptor
        do throws(Descriptor.ProgramRefusal) {
            program = try .program(self.program(for: hook).words, for: hook)
        } catch {
            throw GuardFailure(
                step: .program(hook), errno: error.errno, verifier: error.verifier)
        }
        do throws(Errno) { return try program.attach(to: root, hook) } catch {
            throw GuardFailure(step: .attachment(hook), errno: error)
        }
    }

    private func program(for hook: Descriptor.Hook) -> Program {
        switch hook {
        case .bindIPv4, .bindIPv6:
            bindProgram(
                isIPv6: hook == .bindIPv6, maps, network: network, namesCommands: namesCommands)
        case .boundIPv4, .boundIPv6:
            boundProgram(
                isIPv6: hook == .boundIPv6, maps, network: network, namesCommands: namesCommands)
        case .socketRelease: letGoProgram(maps, namesCommands: namesCommands)
        }
    }
}
