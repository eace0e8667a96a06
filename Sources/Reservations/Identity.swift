public import Text

/// A cgroup that says who is in it: a unit's or a container's, and so an X.
public struct Identity: Equatable, Sendable {
    /// Where it is in cgroup2, from the root of our cgroup namespace.
    public let cgroup: Text
    /// The unit, where its name is that of one.
    public let unit: Text?
    /// Whether it is below another unit, which may have made it and named it as it likes.
    public let isNested: Bool

    /// Finds it in the cgroup of a process; nil where that says nothing of who will bind.
    ///
    /// That is so in the root, beside ourselves in `own`, and in login sessions and what cron and
    /// at start: a release from there is somebody's by hand or by timetable. What init holds, it
    /// holds for others, and lives for ever.
    public init?(ofProcessIn path: Text, own: Text?) {
        var names = words(of: path.bytes[...], between: slash)
        // systemd runs ExecReload= of a unit with Delegate=yes in a cgroup `.control` of the unit.
        if let last = names.last, Text(last) == ".control" { names.removeLast() }
        if names.isEmpty || names.contains(where: { isNobodys(Text($0)) }) { return nil }
        let end = names.lastIndex { isUnitName($0) }
        if end == nil, let last = names.last, last.hasSuffix(".slice") { return nil }
        var cgroup: [UInt8] = []
        for name in names[...(end ?? names.count - 1)] { cgroup += [slash] + name }
        if Text(cgroup) == own { return nil }
        self.cgroup = Text(cgroup)
        unit = end.map { Text(names[$0]) }
        isNested = end.map { names[..<$0].contains { isUnitName($0) } } ?? false
    }

    /// Whether this is a unit of `service`: of its own name, an instance of a template of that
    /// name, its socket unit, or one that its file names.
    public func isUnit(of service: Plan.Service) -> Bool {
        guard let unit else { return false }
        if service.units.contains(unit) { return true }
        let name = Text(service.name.bytes)
        if unit == name + ".service" || unit == name + ".socket" { return true }
        return unit.bytes.starts(with: (name + "@").bytes) && unit.bytes[...].hasSuffix(".service")
    }
}

extension Plan.Service {
    /// Whether a program of that name looks like this service's own: `cups` or `cupsd` for cups.
    ///
    /// For machines whose processes are in no cgroup that says more.
    public func isNamesake(_ command: Text) -> Bool {
        let name = Text(name.bytes)
        // Linux: a command's name is cut at 15 bytes.
        let known = command.bytes.prefix(15)
        return [name, name + "d"].contains { $0.bytes.prefix(15) == known }
    }
}

private let slash = UInt8(ascii: "/")

/// Names of cgroups in which whatever somebody types, or a timetable says, is run.
private func isNobodys(_ name: Text) -> Bool {
    let fixed: [Text] = [
        "user.slice", "cron.service", "crond.service", "cronie.service", "anacron.service",
        "atd.service", "init.scope",
    ]
    if fixed.contains(name) { return true }
    let bytes = name.bytes[...]
    return bytes.hasPrefix("session-") && bytes.hasSuffix(".scope")
        || bytes.hasPrefix("user@") && bytes.hasSuffix(".service")
}

private func isUnitName(_ name: ArraySlice<UInt8>) -> Bool {
    [".service", ".scope", ".socket", ".mount", ".swap"].contains { name.hasSuffix($0) }
}

extension ArraySlice<UInt8> {
    fileprivate func hasPrefix(_ text: Text) -> Bool { starts(with: text.bytes) }
    fileprivate func hasSuffix(_ text: Text) -> Bool { suffix(text.bytes.count) == text.bytes[...] }
}
