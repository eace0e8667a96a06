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
    let number: Int16
}

/// One instruction, or a place between two; what has two slots is one instruction.
///
/// What each does is the kernel's documentation's, bpf/standardization/instruction-set.rst. It is
/// kept as the machine's word, as far as it is known before the program is whole: the compiler then
/// makes a number of it, which is a third of the size. A jump's distance is its label until then.
struct Instruction: Sendable {
    let word: UInt64

    /// The first register becomes what the operation makes of it and the operand.
    @inline(__always)
    static func reckon(_ operation: Operation, _ to: Register, _ operand: Operand) -> Self {
        slot(0x07 | operation.rawValue, to, operand)
    }

    /// The register becomes these 32 bits, and 0 above them.
    @inline(__always)
    static func low(_ to: Register, _ bits: UInt32) -> Self {
        slot(0xb4, to, number: Int32(bitPattern: bits))
    }

    /// The low 16 bits are turned from network order, the rest becomes 0.
    @inline(__always)
    static func fromNetworkOrder(_ register: Register) -> Self { slot(0xdc, register, number: 16) }

    /// Reads what is at a register and an offset; what is narrower than 64 bits fills them with 0.
    @inline(__always)
    static func load(
        _ width: Width, _ to: Register, at from: Register, _ offset: Int16
    ) -> Self {
        slot(0x61 | width.rawValue, to, from: from, offset: offset)
    }

    @inline(__always)
    static func store(
        _ width: Width, at to: Register, _ offset: Int16, _ from: Register
    ) -> Self {
        slot(0x63 | width.rawValue, to, from: from, offset: offset)
    }

    /// Adds to 64 bits of memory in one step that no other processor comes between.
    @inline(__always)
    static func add(at to: Register, _ offset: Int16, _ from: Register) -> Self {
        slot(0xdb, to, from: from, offset: offset)
    }

    /// Writes the register where memory equals r0, in one such step; r0 becomes what was there.
    @inline(__always)
    static func exchange(at to: Register, _ offset: Int16, _ from: Register) -> Self {
        slot(0xdb, to, from: from, offset: offset, number: 0xf1)
    }

    /// A map, for a helper: its descriptor.
    @inline(__always)
    static func map(_ to: Register, descriptor: Int32) -> Self {
        slot(wideCode, to, from: .r1, number: descriptor)
    }

    /// An address in the one element of an array map: its descriptor, and the offset, in words.
    @inline(__always)
    static func memory(_ to: Register, descriptor: Int32, word: Int16) -> Self {
        slot(wideCode, to, from: .r2, offset: word, number: descriptor)
    }

    @inline(__always)
    static func jump(_ label: Label) -> Self { slot(0x05, .r0, offset: label.number) }

    @inline(__always)
    static func jumpIf(
        _ condition: Condition, _ register: Register, _ operand: Operand, _ label: Label
    ) -> Self {
        slot(0x05 | condition.rawValue, register, operand, label.number)
    }

    @inline(__always)
    static func call(_ helper: Helper) -> Self { slot(callCode, .r0, number: helper.rawValue) }

    /// Calls a function of this program, which has registers and a stack of its own, and ends with an
    /// exit; the kernel asks for CAP_BPF at the load.
    @inline(__always)
    static func call(_ label: Label) -> Self {
        slot(callCode, .r0, from: .r1, offset: label.number)
    }

    static let exit = Self(word: UInt64(exitCode))

    @inline(__always)
    static func place(_ label: Label) -> Self { slot(placeCode, .r0, offset: label.number) }
}

let wideCode: UInt8 = 0x18
let callCode: UInt8 = 0x85
let exitCode: UInt8 = 0x95
/// The machine has no such code.
let placeCode: UInt8 = 0xff

/// `code`, and a bit in it that says of an operand that it is a register.
@inline(__always)
private func slot(
    _ code: UInt8, _ to: Register, _ operand: Operand, _ offset: Int16 = 0
) -> Instruction {
    switch operand {
    case .register(let from): slot(code | 0x08, to, from: from, offset: offset)
    case .number(let number): slot(code, to, offset: offset, number: number)
    }
}

@inline(__always)
private func slot(
    _ code: UInt8, _ to: Register, from: Register = .r0, offset: Int16 = 0, number: Int32 = 0
) -> Instruction {
    Instruction(
        word: UInt64(code) | UInt64(to.rawValue) << 8 | UInt64(from.rawValue) << 12
            | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: number)) << 32)
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
