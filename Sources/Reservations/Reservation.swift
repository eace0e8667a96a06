extension Plan {
    /// One service's claim on one endpoint.
    ///
    /// There may be 524,288, so it is three small numbers.
    public struct Reservation {
        /// The endpoint, as an index of `entries`.
        public var entry: Int { Int(entryNumber) }
        /// Who claims it, as an index of `services`.
        public var service: Int { Int(serviceNumber) }
        /// The line of the service's file.
        public var line: Int { Int(lineAndOptions >> 2) }
        /// The service itself says `share`.
        public var share: Bool { lineAndOptions & Self.shareBit != 0 }
        /// The service itself says `permanent`.
        public var permanent: Bool { lineAndOptions & Self.permanentBit != 0 }
        private let entryNumber: Int32
        private let serviceNumber: Int32
        private var lineAndOptions: Int32
        private static var shareBit: Int32 { 1 }
        private static var permanentBit: Int32 { 2 }

        init(_ claim: Claim, entry: Int, service: Int) {
            assert(
                claim.line <= Limits.fileBytesMax + 1, "a line has a byte at least, or is the last")
            entryNumber = Int32(entry)
            serviceNumber = Int32(service)
            lineAndOptions = Int32(claim.line) << 2
            addOptions(of: claim)
        }

        /// Has what `claim`, a further one of the service on the endpoint, says as well.
        mutating func addOptions(of claim: Claim) {
            if claim.share { lineAndOptions |= Self.shareBit }
            if claim.permanent { lineAndOptions |= Self.permanentBit }
        }
    }
}
