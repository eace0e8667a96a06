internal import LinuxIO

extension InternetAddress {
    /// The halves of its form in IPv6, as memory has them.
    var words: (high: UInt64, low: UInt64) {
        switch self {
        case .anyOfBothFamilies: (0, 0)
        case .anyIPv4: (0, UInt64(mappedPrefix))
        case .ipv4(let address): (0, UInt64(address.bigEndian) << 32 | UInt64(mappedPrefix))
        case .ipv6(let high, let low): (high.bigEndian, low.bigEndian)
        }
    }

    /// Reads those halves.
    init(ipv6 high: UInt64, _ low: UInt64) {
        let isIPv4 = high == 0 && UInt32(truncatingIfNeeded: low) == mappedPrefix
        let number = UInt32(truncatingIfNeeded: low >> 32).bigEndian
        switch (isIPv4, number) {
        case (true, 0): self = .anyIPv4
        case (true, _): self = .ipv4(number)
        case (false, _) where high == 0 && low == 0: self = .anyOfBothFamilies
        case (false, _): self = .ipv6(high: high.bigEndian, low: low.bigEndian)
        }
    }
}
