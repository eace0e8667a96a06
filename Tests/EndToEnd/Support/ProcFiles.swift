/// What /proc says of a process of the room, by its inner pid.

import Glibc

extension Room {
    /// A number of /proc/PID/status, such as `VmHWM` in KB; -1 where there is none.
    func status(_ key: String, of pid: Int32) -> Int {
        for line in (read("/proc/\(pid)/status") ?? "").split(separator: "\n") {
            guard line.hasPrefix("\(key):") else { continue }
            return Int(line.split(whereSeparator: { " \t".contains($0) })[1]) ?? -1
        }
        return -1
    }

    /// The most memory that it ever had; as good as infinite when it is gone.
    func peakKB(of pid: Int32) -> Int {
        let peak = status("VmHWM", of: pid)
        return peak < 0 ? .max : peak
    }

    /// The open descriptors, with what each is.
    func descriptors(of pid: Int32) -> [Int: String] {
        var open: [Int: String] = [:]
        for name in names(in: "/proc/\(pid)/fd") {
            guard let number = Int(name) else { continue }
            open[number] = target(of: "/proc/\(pid)/fd/\(name)") ?? "closed"
        }
        return open
    }

    /// The flags of open(2) that a descriptor has.
    func flags(of descriptor: Int, of pid: Int32) -> Int32 {
        let lines = (read("/proc/\(pid)/fdinfo/\(descriptor)") ?? "").split(separator: "\n")
        let flags = lines.first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
        return flags.flatMap { Int32($0, radix: 8) } ?? 0
    }
}
