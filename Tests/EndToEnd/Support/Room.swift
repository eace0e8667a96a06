/// A room: network, mounts, ipc, uts and pids of a test's own, in which the built programs run.
///
///     try Room.run { room in
///         room.configure("cups", "ipp\n")
///         let daemon = try room.startDaemon("-f")
///         #expect(isHeld("631/tcp"), room.story)
///     }
///
/// The closure runs on a thread that is inside, so the sockets and files that it makes are the
/// room's; so are the programs that it starts (Program.swift). It must not await. /run and /dev
/// are fresh; /etc, /usr and /var are the machine's with writes kept in memory, all else is
/// read-only; /etc/services is the test's. When the closure ends, or the test process dies, the room's process 1 is killed
/// and with it all that runs there; mounts go with the last process.

import CRig
import Glibc
import Synchronization
import Testing

/// Used on its own thread only.
final class Room {
    private var namespaces: rig_room
    private(set) var programs: [Program] = []

    /// Runs `body` inside a new room, with `services` as its /etc/services.
    static func run(
        services: String = Services.redHat, _ body: @escaping @Sendable (Room) throws -> Void
    ) throws {
        let outcome = Outcome()
        let thread = RoomThread()
        // A task, so that what the thread records belongs to the test that waits here.
        _ = Task(executorPreference: thread) {
            outcome.set(
                Result {
                    let room = try Room()
                    defer { room.end() }
                    room.write("/etc/services", services)
                    room.write("/etc/bindresvport.blacklist", "")
                    try body(room)
                })
        }
        thread.join()
        try outcome.result.get()
    }

    private init() throws {
        namespaces = rig_room()
        let answer = unsafe rig_room_enter(&namespaces)
        guard answer == 0 else {
            let step = unsafe withUnsafeBytes(of: namespaces.step) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            end()
            throw Trouble("no room: \(step): \(Errno(number: -answer)); the tests need root")
        }
    }

    /// Kills what runs here, then reaps it: process 1 cannot end before the last of them is reaped.
    private func end() {
        unsafe rig_room_leave(&namespaces)
        for program in programs { program.reap() }
        if namespaces.first > 0 { _ = waitpid(namespaces.first, nil, 0) }
    }

    /// Keeps `program` so that the room's end finds it.
    func adopt(_ program: Program) { programs.append(program) }

    /// The pid by which the room knows a child.
    func innerPid(of outer: Int32) -> Int32 { unsafe rig_inner_pid(&namespaces, outer) }

    /// What every program here has said so far: the comment of every expectation.
    var story: Comment {
        let told = programs.map { $0.story }
        return Comment(rawValue: told.isEmpty ? "nothing was started" : told.joined())
    }
}

/// One thread for one job; a task that prefers it runs there from its start to its end.
private final class RoomThread: TaskExecutor {
    private let thread = Mutex<pthread_t?>(nil)

    func enqueue(_ job: consuming ExecutorJob) {
        let start = Start(job: UnownedJob(job), executor: self)
        var made = pthread_t()
        let refused = unsafe pthread_create(
            &made, nil,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                unsafe start.job.runSynchronously(on: start.executor.asUnownedTaskExecutor())
                return nil
            }, Unmanaged.passRetained(start).toOpaque())
        guard refused == 0 else { fatalError("no thread for a room: \(refused)") }
        thread.withLock { mine in
            guard mine == nil else { fatalError("a room's closure has awaited") }
            mine = made
        }
    }

    func join() {
        guard let made = thread.withLock({ $0 }) else { fatalError("the room has no thread") }
        pthread_join(made, nil)
    }

    private final class Start {
        let job: UnownedJob
        let executor: RoomThread

        init(job: UnownedJob, executor: RoomThread) {
            self.job = job
            self.executor = executor
        }
    }
}

private final class Outcome: Sendable {
    private let kept = Mutex<Result<Void, any Error>>(
        .failure(Trouble("the room's closure did not end")))

    func set(_ result: Result<Void, any Error>) { kept.withLock { $0 = result } }

    var result: Result<Void, any Error> { kept.withLock { $0 } }
}
