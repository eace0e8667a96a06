/// A program that runs in a room, with what it has said.
///
///     let asked = try room.run("portrelease", "-v", "cups")    // waits for its end
///     #expect(asked.status == 0 && asked.errors.isEmpty, room.story)
///     let server = try room.start("/usr/sbin/server", "-p", "631")
///
/// A name without a slash that is one of ours is looked for in PORTRESERVE_PROGRAMS. Standard
/// input is /dev/null; output and errors are pipes that are read whenever the program is waited for.

import CRig
import Glibc
import Testing

final class Program {
    let words: [String]
    /// Seen from outside of the room; nil in programs' own files, see `innerPid`.
    let pid: Int32
    /// Seen from inside: what its pid file says.
    let innerPid: Int32
    private(set) var output: [UInt8] = []
    private(set) var errors: [UInt8] = []
    /// The exit status, 128 + n when signal n killed it; nil while it runs.
    private(set) var status: Int32?
    /// Whether whoever inherited its standard error has closed it.
    var errorsEnded: Bool { errorPipe == nil }

    private let ended: Int32
    private var outputPipe: Int32?
    private var errorPipe: Int32?

    fileprivate init(_ words: [String], _ setting: Setting, in room: Room) throws {
        let (output, error) = (try Pipe(), try Pipe())
        let streams = (
            setting.input.number(), setting.output.number(output.write),
            setting.errors.number(error.write)
        )
        let line = Program.packed(words)
        let environment = Program.packed(setting.environment)
        let answer = unsafe line.withUnsafeBufferPointer { line in
            unsafe environment.withUnsafeBufferPointer { environment in
                unsafe rig_spawn(
                    rig_program(
                        words: line.baseAddress, words_bytes: line.count,
                        environment: environment.baseAddress, environment_bytes: environment.count,
                        streams: streams))
            }
        }
        close(output.write)
        close(error.write)
        (outputPipe, errorPipe) = (output.read, error.read)
        guard answer > 0 else {
            close(output.read)
            close(error.read)
            throw Trouble("\(words.joined(separator: " ")): \(Errno(number: -answer))")
        }
        (self.words, pid) = (words, answer)
        ended = try Errno.checked(rig_pidfd(answer))
        innerPid = room.innerPid(of: answer)
    }

    deinit {
        for fd in [ended, outputPipe, errorPipe].compactMap(\.self) { close(fd) }
    }

    private static func packed(_ words: [String]) -> [CChar] { words.flatMap { $0.utf8CString } }
}

// MARK: - Waiting

extension Program {
    /// Waits for its end; what it has said by then is in `output` and `errors`.
    @discardableResult
    func wait(_ deadline: Deadline = .generous) throws -> Int32 {
        while status == nil {
            guard deadline.wait(for: [ended, outputPipe, errorPipe].compactMap(\.self)) else {
                throw Trouble("still running after its time: \(story)")
            }
            let isOver = Deadline(after: .zero).wait(for: [ended])
            drain()
            if isOver { reap() }
        }
        return status ?? -1
    }

    /// Waits for a line of its standard error; nil when it ends, or time does, without one.
    func waitForError(
        _ deadline: Deadline = .generous, where isWanted: (String) -> Bool
    ) -> String? {
        while true {
            drain()
            if let line = errorLines.first(where: isWanted) { return line }
            guard let errorPipe, deadline.wait(for: [errorPipe]) else { return nil }
        }
    }

    /// Reads what is there, without waiting.
    func drain() {
        Program.drain(&outputPipe, into: &output)
        Program.drain(&errorPipe, into: &errors)
    }

    func send(_ signal: Int32) {
        if status == nil { kill(pid, signal) }
    }

    /// Waits, without a deadline, for a program that has ended or was killed.
    func reap() {
        var raw: Int32 = 0
        guard status == nil, unsafe waitpid(pid, &raw, 0) == pid else { return }
        status = rig_status(raw)
        drain()
    }

    private static func drain(_ pipe: inout Int32?, into text: inout [UInt8]) {
        var piece = [UInt8](repeating: 0, count: 16384)
        while let fd = pipe {
            let count = unsafe read(fd, &piece, piece.count)
            if count > 0 {
                text += piece[..<count]
            } else if count == 0 {
                close(fd)
                pipe = nil
            } else if errno != EINTR {
                return
            }
        }
    }
}

// MARK: - What it said

extension Program {
    var errorText: String { String(decoding: errors, as: UTF8.self) }
    var outputText: String { String(decoding: output, as: UTF8.self) }
    /// Whole lines only.
    var errorLines: [String] {
        errorText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init)
    }

    /// Its command line, what it said and how it ended; long texts are cut.
    var story: String {
        let line = words.joined(separator: " ")
        let end = status.map { "status \($0)" } ?? "running"
        let spoken = output.isEmpty ? "" : "stdout: \(outputText.prefix(2000))"
        return "\n$ \(line)   [pid \(innerPid), \(end)]\n\(spoken)\(errorText.prefix(4000))"
    }
}

/// What a program gets from its starter.
struct Setting {
    /// A standard stream; a pipe's other end is ours.
    enum Stream {
        case pipe
        case null
        case full
        case closed
    }

    var input = Stream.null
    var output = Stream.pipe
    var errors = Stream.pipe
    var environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
    /// A command that executes the program, such as `prlimit --nofile=256:20000`.
    var wrapper: [String] = []

    static let closed = Self(input: .closed, output: .closed, errors: .closed)
    static let nobody = Self(wrapper: [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all",
    ])
    /// Root that a file's mode stops.
    static let obeyingModes = Self(wrapper: [
        "setpriv", "--bounding-set=-dac_override,-dac_read_search",
    ])

    static func openFiles(soft: Int, hard: Int) -> Self {
        Self(wrapper: ["prlimit", "--nofile=\(soft):\(hard)"])
    }
}

extension Room {
    /// Starts a program.
    func start(_ words: [String], _ setting: Setting = Setting()) throws -> Program {
        var words = words
        if let name = words.first, Programs.names.contains(name) {
            words[0] = try Programs.path(of: name)
        }
        let program = try Program(setting.wrapper + words, setting, in: self)
        adopt(program)
        return program
    }

    func start(_ words: String..., with setting: Setting = Setting()) throws -> Program {
        try start(words, setting)
    }

    /// Starts a program and waits for its end.
    @discardableResult
    func run(_ words: String..., with setting: Setting = Setting()) throws -> Program {
        let program = try start(words, setting)
        try program.wait()
        return program
    }
}

extension Setting.Stream {
    /// What CRig takes for it; standard input is never a pipe.
    fileprivate func number(_ pipe: Int32 = Int32(RIG_NULL)) -> Int32 {
        switch self {
        case .pipe: pipe
        case .null: Int32(RIG_NULL)
        case .full: Int32(RIG_FULL)
        case .closed: Int32(RIG_CLOSED)
        }
    }
}

private struct Pipe {
    let read: Int32
    let write: Int32

    // Only our end is non-blocking: the flag belongs to each end's open file. No child inherits
    // either end, since CRig closes all but the streams.
    init() throws {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { throw Errno.last }
        (read, write) = (ends[0], ends[1])
        _ = fcntl(read, F_SETFL, O_NONBLOCK)
    }
}
