public import LinuxIO

/// News of sockets that are gone: whoever had them has closed them, and their ports are free.
///
/// No privilege is needed. What is told has no inode and no uid. A connection that leaves a
/// TIME_WAIT behind is told of when it does; the end of a TIME_WAIT never is, nor, as a rule, the
/// end of a socket of the kernel's own.
public struct Departures: ~Copyable {
    /// What was read.
    public enum News: Equatable {
        case gone([FoundSocket])
        /// There were more than the kernel keeps: look at everything again.
        case lost
    }

    /// What to watch: it can be read when there are news.
    public let descriptor: Descriptor
    private var buffer: [UInt8]

    /// Begins with a filter that lets nothing pass.
    public init() throws(Errno) {
        let netlink = try Descriptor.socketDiagnosis()
        // Before the groups: what comes between would be told, asked for or not.
        try netlink.attachFilter(departureFilter(unconnected: [], all: []))
        try netlink.joinDestroyedSockets()
        descriptor = netlink
        buffer = [UInt8](repeating: 0, count: newsBytes)
    }

    /// From now on tells of sockets with a local port in `unconnected` if they were not connected,
    /// and of all with one in `all`.
    ///
    /// Who asks for a port looks at it afterwards: what went before is not told. With more ranges
    /// than a filter has room for, more passes than was asked for.
    public borrowing func watch(
        unconnected: [ClosedRange<UInt16>], all: [ClosedRange<UInt16>]
    ) throws(Errno) {
        try descriptor.attachFilter(departureFilter(unconnected: unconnected, all: all))
    }

    /// The news that are there; `.gone([])` where there are none.
    public mutating func read() throws(Errno) -> News {
        var gone: [FoundSocket] = []
        for _ in 0..<Limits.newsDatagrams {
            let count: Int
            do throws(Errno) {
                count = try descriptor.receiveFromKernel(into: &buffer)
            } catch .wouldBlock {
                break
            } catch .noBufferSpace {
                return .lost
            }
            let messages = FoundSocket.messages(
                in: buffer.prefix(count), sequence: 0, transport: nil)
            for case .socket(let socket) in messages { gone.append(socket) }
        }
        return .gone(gone)
    }
}

/// One message each, of some 400 bytes at the most.
private let newsBytes = 4_096

/// The steps that let news pass whose local port is in one of `all`, and those without a remote
/// port whose local port is in one of `unconnected`.
func departureFilter(
    unconnected: [ClosedRange<UInt16>], all: [ClosedRange<UInt16>]
) -> [Descriptor.FilterStep] {
    // Too many ranges become one of every port; what it lets pass is still news.
    let every: [ClosedRange<UInt16>] = [0...UInt16.max]
    let all = all.count > Limits.filteredRanges / 2 ? every : all
    let unconnected = unconnected.count > Limits.filteredRanges - all.count ? every : unconnected
    let testCount = 2 * (all.count + unconnected.count)
    // Behind the tests: not found, connected or not, pass.
    let (dropAt, remoteAt, passAt) = (testCount, testCount + 1, testCount + 4)
    var tests: [Descriptor.FilterStep] = []
    func add(_ range: ClosedRange<UInt16>, leadsTo target: Int) {
        tests.append(.ifAtLeast(range.lowerBound, skip: 0, otherwise: 1))
        tests.append(
            .ifGreater(range.upperBound, skip: 0, otherwise: target - tests.count - 1))
    }
    for range in all { add(range, leadsTo: passAt) }
    for range in unconnected { add(range, leadsTo: remoteAt) }
    assert(tests.count == dropAt)
    return [.load(offset: FoundSocket.localPortOffset)] + tests + [
        .drop,
        .load(offset: FoundSocket.remotePortOffset),
        .ifEqual(0, skip: 1, otherwise: 0),
        .drop,
        .pass,
    ]
}
