// Guard: the programs that decide who may bind, as values, and the memory that tells them. Pure;
// what is asked of the kernel for it is LinuxIO's.

/// A register of the kernel's machine.
enum Register: UInt8, Sendable, CaseIterable {
    /// What a call answers; an exit's verdict.
    case r0
    /// A call's arguments; lost by it.
    case r1, r2, r3, r4, r5
    /// Kept over calls.
    case r6, r7, r8, r9
    /// The end of the stack of 512 bytes; it cannot be written.
    case frame
}

/// How much a load or a store moves.
enum Width: UInt8, Sendable {
    case word = 0x00
    case half = 0x08
    case byte = 0x10
    case double = 0x18
}

/// What is worked on with: a register, or a number that is extended to 64 bits with its sign.
enum Operand: Equatable, Sendable {
    case register(Register)
    case number(Int32)
}

/// What can be reckoned, in 64 bits.
enum Operation: UInt8, Sendable {
    case add = 0x00
    case or = 0x40
    case and = 0x50
    case shiftLeft = 0x60
    case shiftRight = 0x70
    case move = 0xb0
}

/// When a jump is taken, in 64 bits without a sign.
enum Condition: UInt8, Sendable {
    case equal = 0x10
    case greater = 0x20
    case atLeast = 0x30
    case anyBit = 0x40
    case unequal = 0x50
    case less = 0xa0
    case atMost = 0xb0
}

/// A place in a program; `Program` gives them out.
struct Label: Hashable, Sendable {
    let number: Int
}

/// One instruction, or a place between two.
///
/// What each does is the kernel's documentation's, bpf/standardization/instruction-set.rst.
enum Instruction: Sendable {
    /// The first register becomes what the operation makes of it and the operand.
    case reckon(Operation, Register, Operand)
    /// The low 16 bits are turned from network order, the rest becomes 0.
    case fromNetworkOrder(Register)
    /// Reads what is at a register and an offset; what is narrower than 64 bits fills them with 0.
    case load(Width, Register, at: Register, Int16)
    case store(Width, at: Register, Int16, Register)
    /// Adds to 64 bits of memory in one step that no other processor comes between.
    case add(at: Register, Int16, Register)
    /// Writes the register where memory equals r0, in one such step; r0 becomes what was there.
    case exchange(at: Register, Int16, Register)
    /// A constant of 64 bits.
    case constant(Register, UInt64)
    /// A map, for a helper: its descriptor.
    case map(Register, descriptor: Int32)
    /// An address in the one element of an array map: its descriptor, and the offset.
    case memory(Register, descriptor: Int32, offset: Int32)
    case jump(Label)
    case jumpIf(Condition, Register, Operand, Label)
    case call(Helper)
    case exit
    case place(Label)
}

/// What a program may ask of the kernel; arguments in r1 to r5, the answer in r0.
///
/// The numbers are of linux/bpf.h.
enum Helper: Int32, Sendable {
    case mapLookup = 1
    case mapUpdate = 2
    case mapDelete = 3
    case monotonicTime = 5
    case processAndThread = 14
    case userAndGroup = 15
    case command = 16
    case socketCookie = 46
    case cgroup = 80
    case networkCookie = 122
    case ancestorCgroup = 123
    case ringOutput = 130
    case coarseTime = 160
    case setReturnValue = 187
}
