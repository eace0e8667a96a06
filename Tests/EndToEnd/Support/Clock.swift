/// A daemon whose monotonic clock the test sets forward: what comes after minutes comes at once.
///
///     let daemon = try room.startDaemon(["-f", "--stay"], with: room.settableClock())
///     room.runPython(life + clock + "ahead(600)", portrelease)
///
/// Its sleep is not cut short: it finds out what is due when it is asked for anything.

import Glibc

private let clockPath = "/run/clock"

extension Room {
    /// Sets the clock right, and says how to start a daemon that goes by it.
    func settableClock() -> Setting {
        write(clockPath, bytes: Array(repeating: 0, count: 16))
        var setting = Setting()
        setting.environment += [
            "PORTRESERVE_CLOCK=\(clockPath)", "LD_PRELOAD=\(Thief.folder)/libsettableclock.so",
        ]
        return setting
    }
}

/// Goes in front of a script, behind `life`.
let clock = """
    def ahead(seconds):
        with open("\(clockPath)", "r+b") as it: it.write(struct.pack("=q", seconds))
    def bytes_in_use():
        # Of malloc, when the daemon last asked for the time.
        with open("\(clockPath)", "rb") as it: return struct.unpack("=qq", it.read(16))[1]

    """
