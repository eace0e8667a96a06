/// What is left of the guard when the daemon has ended.

import Glibc
import Testing

@Suite("guard: its end", .enabled(if: hasCgroups, "needs a writable cgroup2"))
struct GuardEndsTests {
    @Test("after SIGTERM and after SIGKILL nobody is refused", arguments: [SIGTERM, SIGKILL])
    func ended(signal: Int32) throws {
        try Room.run { room in
            room.setAutomaticPorts(3990...4010)
            room.write(reservedList, "22,3999\n")
            room.configure("svc", "4000-4001/tcp\n4002/udp permanent\n")
            let daemon = try room.startGuardedDaemon()
            #expect(room.read(reservedList) == "22,3999-4002\n", room.story)
            #expect(refusal("4002/udp") == .addressInUse, room.story)

            daemon.program.send(signal)
            try daemon.program.wait()

            for endpoint in ["4000/tcp", "4001/tcp", "4002/udp"] as [Endpoint] {
                #expect(refusal(endpoint) == nil, room.story)
            }
            if signal == SIGTERM {
                #expect(room.read(reservedList) == "22,3999\n", room.story)
            } else {
                room.configure("svc", "4001/tcp\n")
                let next = try room.startGuardedDaemon()
                #expect(room.read(reservedList) == "22,3999,4001\n", room.story)
                #expect(try next.stop() == 0, room.story)
                #expect(room.read(reservedList) == "22,3999\n", room.story)
            }
        }
    }

    @Test("one without it takes out what a killed one has left")
    func takenOut() throws {
        try Room.run { room in
            room.setAutomaticPorts(3990...4010)
            room.configure("svc", "4000/tcp\n")
            let daemon = try room.startGuardedDaemon()
            #expect(room.read(reservedList) == "4000\n", room.story)
            daemon.program.send(SIGKILL)
            try daemon.program.wait()

            let next = try room.startDaemon("-f", "--stay")

            #expect(room.read(reservedList) == "\n", room.story)
            #expect(try next.stop() == 0, room.story)
        }
    }
}

let reservedList = "/proc/sys/net/ipv4/ip_local_reserved_ports"
