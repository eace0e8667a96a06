/// A program as it is put together.
struct Program {
    /// What it does, in order.
    private(set) var instructions: [Instruction] = []
    private var labelCount = 0

    /// Begins with nothing.
    init() {}

    /// A new place, which `.place` says where it is.
    mutating func label() -> Label {
        labelCount += 1
        return Label(number: labelCount - 1)
    }

    /// Goes on with `more`.
    static func += (program: inout Program, more: [Instruction]) {
        program.instructions += more
    }

    /// The machine's words: eight bytes a slot, in the order in which they run.
    ///
    /// A jump to a place that is nowhere, or too far, is a mistake in the program, which no use of
    /// it survives.
    var words: [UInt64] {
        var places = [Int?](repeating: nil, count: labelCount)
        var count = 0
        for instruction in instructions {
            if case .place(let label) = instruction {
                precondition(places[label.number] == nil, "two places of one label")
                places[label.number] = count
            }
            count += instruction.slots
        }
        var words: [UInt64] = []
        words.reserveCapacity(count)
        for instruction in instructions {
            let next = words.count + 1
            words += instruction.words { label in
                guard let place = places[label.number] else { fatalError("a jump to nowhere") }
                return Int16(place - next)
            }
        }
        return words
    }
}

extension Instruction {
    /// How many slots it takes: a constant of 64 bits takes two, a place none.
    var slots: Int {
        switch self {
        case .constant, .map, .memory: 2
        case .place: 0
        case .reckon, .fromNetworkOrder, .load, .store, .add, .exchange, .jump, .jumpIf, .call,
            .exit:
            1
        }
    }

    fileprivate func words(_ distance: (Label) -> Int16) -> [UInt64] {
        switch self {
        case .reckon(let operation, let to, let operand):
            [slot(0x07 | operation.rawValue, to, operand)]
        case .fromNetworkOrder(let register): [slot(0xdc, register, number: 16)]
        case .load(let width, let to, let from, let offset):
            [slot(0x61 | width.rawValue, to, from: from, offset: offset)]
        case .store(let width, let to, let offset, let from):
            [slot(0x63 | width.rawValue, to, from: from, offset: offset)]
        case .add(let to, let offset, let from): [slot(0xdb, to, from: from, offset: offset)]
        case .exchange(let to, let offset, let from):
            [slot(0xdb, to, from: from, offset: offset, number: 0xf1)]
        case .constant(let to, let value):
            wide(to, 0, UInt32(truncatingIfNeeded: value), value >> 32)
        case .map(let to, let descriptor): wide(to, 1, UInt32(bitPattern: descriptor), 0)
        case .memory(let to, let descriptor, let offset):
            wide(to, 2, UInt32(bitPattern: descriptor), UInt64(UInt32(bitPattern: offset)))
        case .jump(let label): [slot(0x05, .r0, offset: distance(label))]
        case .jumpIf(let condition, let register, let operand, let label):
            [slot(0x05 | condition.rawValue, register, operand, distance(label))]
        case .call(let helper): [slot(0x85, .r0, number: helper.rawValue)]
        case .exit: [slot(0x95, .r0)]
        case .place: []
        }
    }
}

/// `code`, and a bit in it that says of an operand that it is a register.
private func slot(_ code: UInt8, _ to: Register, _ operand: Operand, _ offset: Int16 = 0) -> UInt64
{
    switch operand {
    case .register(let from): slot(code | 0x08, to, from: from, offset: offset)
    case .number(let number): slot(code, to, offset: offset, number: number)
    }
}

private func slot(
    _ code: UInt8, _ to: Register, from: Register = .r0, offset: Int16 = 0, number: Int32 = 0
) -> UInt64 {
    UInt64(code) | UInt64(to.rawValue) << 8 | UInt64(from.rawValue) << 12
        | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: number)) << 32
}

/// Two slots; `kind` says what the first number is: 0 a number, 1 a map, 2 a map's memory.
private func wide(_ to: Register, _ kind: UInt8, _ low: UInt32, _ high: UInt64) -> [UInt64] {
    [
        UInt64(0x18) | UInt64(to.rawValue) << 8 | UInt64(kind) << 12 | UInt64(low) << 32,
        high << 32,
    ]
}
