/// A Debian that a real systemd has booted, in the room, for one Python script.
///
///     let end = try room.boot(
///         ["/etc/systemd/system/svc.service": "[Service]..."],
///         """
///         run("systemctl", "start", "svc.service")
///         """, "svc.service")
///     #expect(end.status == 0, room.story)
///
/// The built programs are in its /usr/sbin, the generator where systemd finds it if it is asked for;
/// `sys.argv[1]` is portrelease, the words given come behind it. Nothing of ours runs in it but what
/// a unit starts. The script is a unit too, and when it ends the system is gone. Tests/Boot/boot.sh
/// does it, on the Debian of PORTRESERVE_DEBIAN.

import Glibc
import Testing

extension Room {
    /// Boots a system with `files` in it, and symbolic links, runs the script there and waits for the
    /// end of both.
    ///
    /// `state`: what systemd says of the system when it has come up.
    func boot(
        _ files: [String: String], links: [String: String] = [:], generating: Bool = false,
        state: String = "running", _ script: String, _ words: String...
    ) throws -> Program {
        let tree = "/run/tree"
        for (path, text) in files { place(tree + path, text) }
        for (path, target) in links {
            makeFolders(path: tree + path)
            link(tree + path, to: target)
        }
        let boots = "same('the boot', run(*STATE, fails=True), '\(state)')\n"
        place(tree + "/opt/script.py", pythonText(life + booted + boots + script))
        let (sbin, generators) = ("/usr/sbin", "/usr/lib/systemd/system-generators")
        for folder in [sbin, generators] { makeFolders(tree + folder) }
        for name in Programs.names where generating || name != Programs.generator {
            let folder = name == Programs.generator ? generators : sbin
            try run("/bin/cp", try Programs.path(of: name), tree + folder)
        }
        let line = ["/usr/bin/python3", "-I", "/opt/script.py", "/usr/sbin/portrelease"] + words
        let system = try start([bootProgram, try debian(), tree] + line)
        do {
            try system.wait()
        } catch {
            // It takes its cgroup away, which the room's end does not.
            system.send(SIGTERM)
            try system.wait()
            throw error
        }
        return system
    }

    /// Writes a file and makes the folders that it wants.
    private func place(_ path: String, _ text: String) {
        makeFolders(path: path)
        write(path, text)
    }

    private func makeFolders(path: String) {
        makeFolders(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
    }

    private func makeFolders(_ path: some StringProtocol) {
        var folder = ""
        for name in path.split(separator: "/") {
            folder += "/\(name)"
            if !exists(folder) { makeDirectory(folder) }
        }
    }
}

private let bootProgram =
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/Boot/boot.sh"

/// The root to boot, from the environment: `make e2e` makes it and sets PORTRESERVE_DEBIAN.
private func debian() throws -> String {
    guard let path = unsafe getenv("PORTRESERVE_DEBIAN") else {
        throw Trouble("PORTRESERVE_DEBIAN is not set: `make e2e` makes a Debian root and sets it")
    }
    return unsafe String(cString: path)
}

/// Goes in front of a script, behind `life`.
private let booted = """
    def run(*words, fails=False):
        it = subprocess.run(words, capture_output=True, text=True, timeout=100)
        if it.returncode and not fails: same(" ".join(words), it.stderr.strip(), "a success")
        return it.stdout.strip()
    def shown(unit, what): return run("systemctl", "show", "-P", what, unit)
    def journal(unit): return run("journalctl", "--no-pager", "-o", "cat", "-u", unit)
    def turns(*counts):
        # Of a loop that waits at each turn, no more than what fails.
        for turn in range(*counts):
            if not failures: yield turn
    def tell_why():
        if failures: print(run("journalctl", "--no-pager", "-n", "40"), file=sys.stderr)
    atexit.register(tell_why)
    def note(*error):
        failures.append("an exception")
        sys.__excepthook__(*error)
    sys.excepthook = note
    STATE = ["systemctl", "is-system-running", "--wait"]

    """
