// Reservations: what is to be held, for whom, and what becomes of it. Pure: text and events in,
// plans, diagnostics and effects out. It opens nothing, asks no clock, knows no errno, never logs;
// whoever calls it reads the files and does the deeds.

/// Every bound on what comes from outside, with its reason.
public enum Limits {
    /// A line of a configuration file, in bytes; a `unit` line with many names is the longest.
    static let lineBytesMax = 4_096
    /// A configuration file, in bytes: all ports of both protocols as lines of their own fit.
    public static let fileBytesMax = 1 << 20
    /// Files in one configuration directory; ten times what the largest fleet was seen to have.
    public static let filesMax = 16_384
    /// Endpoints in all: every port of both protocols, once, and no port 0.
    static let endpointsMax = 131_070
    /// Ports that all claims name together, again and again included: each costs time and memory.
    static let claimedPortsMax = 524_288
    /// The services database, in bytes; the largest one shipped is under 1 MB.
    public static let servicesBytesMax = 4 << 20
    /// A service's name, in bytes: what a file name may have (NAME_MAX).
    public static let nameBytesMax = 255
    /// A path in a message, in bytes (PATH_MAX).
    public static let pathBytesMax = 4_096
    /// Diagnostics told for one file; the rest is counted.
    static let diagnosticsPerFileMax = 100
    /// Names in one file's `unit` lines together.
    static let unitsMax = 16
}
