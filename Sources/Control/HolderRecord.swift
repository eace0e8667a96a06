public import Text
internal import Varlink

/// Who has an endpoint, as the daemon tells it.
public struct HolderRecord: Equatable {
    /// One process that has it; nil where none could be named.
    public let pid: Int?
    /// Its program's name.
    public let command: Text?
    /// As whom it acts.
    public let uid: Int?
    /// Its unit.
    public let unit: Text?
    /// Whether it is a socket of the kernel's own.
    public let isKernels: Bool

    /// Tells of a holder.
    public init(pid: Int?, command: Text?, uid: Int?, unit: Text?, isKernels: Bool) {
        self.pid = pid
        self.command = command
        self.uid = uid
        self.unit = unit
        self.isKernels = isKernels
    }

    /// Reads the interface's type Holder; nil for anything else.
    init?(_ json: JSON) {
        guard let members = json.object else { return nil }
        pid = members.value("pid")?.integer
        command = members.value("command")?.string
        uid = members.value("uid")?.integer
        unit = members.value("unit")?.string
        isKernels = members.value("kernel")?.bool ?? false
    }

    /// As the interface's type Holder; what is not known is left out.
    var json: JSON {
        var members: [Member] = []
        if let pid { members.append(Member("pid", .integer(pid))) }
        if let command { members.append(Member("command", .string(command))) }
        if let uid { members.append(Member("uid", .integer(uid))) }
        if let unit { members.append(Member("unit", .string(unit))) }
        if isKernels { members.append(Member("kernel", .bool(true))) }
        return .object(members)
    }
}
