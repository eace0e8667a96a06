internal import LinuxIO

/// Processes whose end is waited for.
struct Owners: ~Copyable {
    /// As many as are waited for at once; of more it is not known when they end.
    private static let countMax = 256

    /// One process, by a descriptor that stands for it: its pid may be given to another one.
    private final class Owner {
        let pid: Int32
        let token: UInt64
        private let descriptor: Descriptor

        init(_ pid: Int32, _ token: UInt64, owning descriptor: consuming Descriptor) {
            self.pid = pid
            self.token = token
            self.descriptor = descriptor
        }
    }

    private var owners: [Owner] = []
    private var nextToken: UInt64

    /// Waits for nobody; its tokens are those from `firstToken` on.
    init(firstToken: UInt64) { nextToken = firstToken }

    /// Waits for the end of `pid`; false where it has come already, or cannot be waited for.
    mutating func wait(for pid: Int32, _ events: borrowing Events) -> Bool {
        if isWaiting(for: pid) { return true }
        // Init has sockets of others, and does not end.
        if pid == 1 || owners.count >= Owners.countMax { return false }
        do throws(Errno) {
            let descriptor = try Descriptor.process(pid)
            try events.add(descriptor, token: nextToken)
            owners.append(Owner(pid, nextToken, owning: descriptor))
            nextToken += 1
            return true
        } catch {
            return false
        }
    }

    /// Whether the end of `pid` has not come.
    borrowing func isWaiting(for pid: Int32) -> Bool { owners.contains { $0.pid == pid } }

    /// Takes the news of a token, and says whose end it was; nil where that is over.
    mutating func takeEnd(_ token: UInt64) -> Int32? {
        guard let index = owners.firstIndex(where: { $0.token == token }) else { return nil }
        return owners.remove(at: index).pid
    }

    /// Waits for no other than these.
    mutating func keep(_ pids: [Int32]) { owners.removeAll { !pids.contains($0.pid) } }
}
