// Control: how programs talk to the daemon, as types: requests, replies, where it listens, and
// the words of their command lines. Shared by all programs; nothing is opened
// here but the way to the daemon, and nothing logged.

public import Text

/// The paths that programs, scripts and policies know; a test makes its own.
public final class Places {
    /// Where the sockets are.
    public let runtimeDirectory: Text
    /// The pid of a daemon in the background.
    public let pidFile: Text
    /// Configuration directories; a file in an earlier one hides its namesakes in later ones.
    public let configurationDirectories: [Text]
    /// The services database.
    public let services: Text

    /// The places of every installation.
    public init() {
        runtimeDirectory = "/run/portreserve"
        pidFile = "/run/portreserve.pid"
        configurationDirectories = ["/etc/portreserve", "/usr/lib/portreserve"]
        services = "/etc/services"
    }

    /// Other places: one configuration directory, or all below a test's own directory.
    public init(
        runtimeDirectory: Text, pidFile: Text, configurationDirectories: [Text],
        services: Text
    ) {
        self.runtimeDirectory = runtimeDirectory
        self.pidFile = pidFile
        self.configurationDirectories = configurationDirectories
        self.services = services
    }

    /// These places, with `directory` alone read for configuration.
    public func reading(_ directory: Text) -> Places {
        Places(
            runtimeDirectory: runtimeDirectory, pidFile: pidFile,
            configurationDirectories: [directory], services: services)
    }

    /// The datagram socket of 0.0.5.
    public var releaseSocket: Text { runtimeDirectory + "/socket" }
    /// The Varlink socket.
    public var controlSocket: Text { runtimeDirectory + "/control" }
    /// What only one daemon has locked; it holds that daemon's pid.
    public var lock: Text { runtimeDirectory + "/lock" }
    /// What is ours of the ports that the kernel gives to nobody who asks for any.
    public var reservedPorts: Text { runtimeDirectory + "/reserved-ports" }
}
