import CRig
import Glibc
import Reservations
import Testing
import Text

@testable import Daemon
@testable import LinuxIO

/// A keeper of what `text` asks for; names are not looked up.
private func keeper(_ text: String) -> Keeper {
    let file = ConfigurationFile(Array(text.utf8), service: ServiceName("cups"), path: "cups")
    return Keeper(Plan([file], database: nil))
}

private let everywhere = ["0.0.0.0", "127.0.0.1", "::", "::1"]

/// Each in a process and a network of its own.
@Suite("the keeper", .enabled(if: isRoot, "needs root for a network of its own"))
struct KeeperTests {
    @Test("holds an endpoint from its start to its release")
    func life() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var keeper = keeper("4001/tcp")
            #expect(everywhere.allSatisfy { strangerRefused($0) == 0 }, "nothing is held unasked")

            #expect(keeper.start(0) == nil)
            #expect(everywhere.allSatisfy { strangerRefused($0) == EADDRINUSE })
            #expect(keeper.table.heldCount == 1)

            let (first, second) = (
                keeper.release([0], to: 0), keeper.release([0], to: 0)
            )
            #expect(first == [0] && second == [])
            #expect(everywhere.allSatisfy { strangerRefused($0) == 0 })
            #expect(keeper.table.heldCount == 0)
        }
    }

    @Test("gives the kernel's reason where an endpoint cannot be had, and goes on")
    func refused() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            let thief = try holdingSocket(.tcp, .ipv4(0x7f00_0001), port: 4001)
            var keeper = keeper("4001/tcp\n4002/tcp")

            let (first, second) = (keeper.start(0), keeper.start(1))

            #expect(first == .addressInUse)
            #expect(second == nil)
            #expect(keeper.table.heldCount == 1)
            let released = keeper.release([0], to: 0)
            #expect(released == [])
            withExtendedLifetime(thief) {}
        }
    }

    @Test("holds what is asked for: the address, the protocol, and no more")
    func places() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var keeper = keeper("127.0.0.1:4001/tcp\n[::1]:4002/tcp\n4003/udp")
            for entry in 0..<3 { #expect(keeper.start(entry) == nil) }

            #expect(strangerRefused("127.0.0.1", port: 4001) == EADDRINUSE)
            #expect(strangerRefused("192.0.2.1", port: 4001) == 0)
            #expect(strangerRefused("::1", port: 4001) == 0)
            #expect(strangerRefused("::1", port: 4002) == EADDRINUSE)
            #expect(strangerRefused("2001:db8::1", port: 4002) == 0)
            #expect(strangerRefused("127.0.0.1", port: 4002) == 0)
            #expect(
                everywhere.allSatisfy { strangerRefused($0, port: 4003, udp: true) == EADDRINUSE })
            #expect(everywhere.allSatisfy { strangerRefused($0, port: 4003) == 0 })
        }
    }

    @Test("lets go of everything at the end")
    func all() async {
        await #expect(processExitsWith: .success) {
            try enterRoom()
            var keeper = keeper("4001/tcp permanent\n4002/tcp")
            for entry in 0..<2 { #expect(keeper.start(entry) == nil) }

            keeper.releaseAll()

            #expect(everywhere.allSatisfy { strangerRefused($0, port: 4001) == 0 })
            #expect(everywhere.allSatisfy { strangerRefused($0, port: 4002) == 0 })
        }
    }

    @Test("starts what there are descriptors for, whole services first, and says it")
    func shortfall() async {
        let result = await #expect(
            processExitsWith: .success, observing: [\.standardErrorContent]
        ) {
            try enterRoom()
            try OpenFileLimit.set(soft: 149, hard: 149)
            guard setuid(65_534) == 0 else { throw Errno(errno) }
            var keeper = keeper("4001-4002\n4003/tcp\n4001/tcp")
            let log = Log(isVerbose: false, isJournal: false)

            keeper.holdAll(log)

            #expect(keeper.table.heldCount == 3)
        }

        let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(
            said == """
                'cups': 2 of 5 ports are not reserved: the limit on open files is too low, 151 are needed
                portreserve: 2 of 5 ports are not reserved, see above
                portreserve: holding 3 ports of 1 service

                """)
    }
}
